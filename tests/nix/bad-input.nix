# Configurations that must be refused: name -> { configuration; expected; },
# where every string of `expected` must be in what Nix says on stderr.
#
# With `trace = true` the words are in the output of --show-trace only (Nix
# stops at an infinite recursion without asking anyone for a message). With
# `anyLibrary = true` they are said whatever library evaluates.
let
  bad = name: expected: {
    configuration = ./bad-input + "/${name}.nix";
    trace = false;
    anyLibrary = false;
    inherit expected;
  };
  unknown = name: expected: bad name expected // { anyLibrary = true; };
  traced = name: expected: bad name expected // { trace = true; };
in
builtins.mapAttrs (name: f: f name) {
  absolute-target = n: bad n [ "absolute target outside the home of home.file.\"/etc/motd\" at " "absolute-target.nix:4" ];
  parent-target = n: bad n [ "target with `..' of xdg.configFile" "parent-target.nix:4" ];
  same-target = n: bad n [
    "two entries with the target `.config/app'"
    "home.file.\".config/app\" at "
    "same-target.nix:4"
    "xdg.configFile.\"app\" at "
    "same-target.nix:5"
  ];
  unknown-option = n: unknown n [
    "unknown option `home.sessionVariable' at "
    "unknown-option.nix"
    "Did you mean `home.sessionVariables'"
  ];
  unknown-option-line = n: bad "unknown-option" [ "unknown-option.nix:4" ];
  unknown-file-option = n: unknown n [
    "unknown option `home.file.\".profile\".txt' at "
    "unknown-file-option.nix"
    "Did you mean `home.file.\".profile\".text'?"
  ];
  unknown-file-option-line = n: bad "unknown-file-option" [ "unknown-file-option.nix:4" ];
  unknown-section = n: unknown n [
    "unknown option `programs.git.includes.\"[definition 1-entry 1]\".conditon' at "
    "Did you mean `programs.git.includes.\"[definition 1-entry 1]\".condition'?"
  ];
  unknown-in-variant = n: unknown n [
    "unknown option `specialisation.dark.configuration.home.fil' at "
    "unknown-in-variant.nix"
    "Did you mean `specialisation.dark.configuration.home.file'"
  ];
  unknown-in-variant-file = n: unknown n [
    "unknown option `specialisation.dark.configuration.home.file.notes.txt' at "
    "Did you mean `specialisation.dark.configuration.home.file.notes.text'?"
  ];
  unknown-program-in-variant = n: unknown n [
    "unknown option `specialisation.dark.configuration.programs.starship' at "
    "nhmt has no `programs.starship', which is an option of Home Manager"
    "eval \"$(starship init bash)\""
  ];
  unknown-part = n: unknown n [
    "nhmt has no `programs.git.delta', which is an option of Home Manager"
    "Install it by home.packages, and set programs.git.settings.core.pager."
    "`programs.git-worktree-switcher'"
  ];
  unknown-swapped = n: unknown n [
    "unknown option `programs.gti' at "
    "Did you mean `programs.git'?"
  ];
  unknown-program = n: unknown n [
    "unknown option `programs.chawan' at "
    "unknown-program.nix"
    "nhmt has no `programs.chawan', which is an option of Home Manager"
    "Or have Home Manager's own modules evaluate all of it: `--home-manager' for a file"
    "bash, fish, git"
    "home.file or xdg.configFile"
  ];
  unknown-other-program = n: unknown n [ "nhmt has no `programs.nobody-has-this'. What" ];
  unknown-service = n: unknown n [
    "unknown option `services.syncthing' at "
    "nhmt has no `services.syncthing', which is an option of Home Manager"
    "Write the service by systemd.user.services.syncthing"
  ];
  unknown-other-service = n: unknown n [
    "unknown option `services.nobody-has-this' at "
    "nhmt has no `services.nobody-has-this'."
    "Remove the setting; write the service's unit by systemd.user.services"
  ];
  unknown-services = n: unknown n [
    "unknown option `services.nobody-has-this' at "
    "Also unknown:"
    "`services.nor-this' at "
  ];
  unknown-window-manager = n: unknown n [
    "unknown option `wayland.windowManager.sway' at "
    "xdg.configFile.\"sway/config\""
  ];
  unknown-session = n: unknown n [
    "unknown option `xsession' at "
    "home.file.\".xsession\""
  ];
  unknown-with-advice = n: unknown n [ "nhmt has no `services.emacs', which" "Start it by hand." ];
  wrong-type = n: bad n [
    "wrong type for the option `programs.git.enable' at "
    "wrong-type.nix:4"
    "expected: boolean"
    "found: a string, \"yes\""
  ];
  wrong-element = n: bad n [ "programs.bash.historyControl" "wrong-element.nix:6" "\"erasedups\"" "\"sometimes\"" ];
  not-a-set = n: bad n [ "`home' is a set of options, but set to an integer at " "not-a-set.nix:2" ];
  conflict = n: bad n [
    "conflicting definitions of the option `home.username' at "
    "conflict.nix:3"
    "conflict-other.nix:2"
    "lib.mkForce"
  ];
  session-quote = n: bad n [ "home.sessionVariables.FIND has a double quote without its partner: rg -g \"!.git" "write \\\" for a quote" ];
  session-open = n: bad n [
    "home.sessionVariables.BACKSLASH has a backslash at its end: C:\\"
    "home.sessionVariables.BRACE has a \${ without its }: \${A:-x"
    "home.sessionVariables.COMMAND has a $( without its ): $(date"
    "home.sessionVariables.TICK has a ` without its partner: `date"
    "home.sessionPath or home.sessionSearchVariables.PATH has a double quote without its partner: /a\"b"
    "home.sessionSearchVariables.LIST has a backslash at its end: /l\\"
  ];
  shell-open = n: bad n [ "the variable OF_BASH has a backslash at its end: C:\\" ];
  nushell-plugins = n: bad n [ "programs.nushell.plugins is not part of nhmt" "`plugin add'" ];
  zsh-directory = n: bad n [ "programs.zsh.dotDir is $HOME/.config/zsh, and no shell expands it" "config.xdg.configHome" ];
  missing-username = n: bad n [ "the option `home.username' has no value" "home.username = …;" ];
  read-only = n: bad n [ "the option `home.profileDirectory' is read-only, but set at " "read-only.nix:4" ];
  missing-source = n: bad n [ "missing source of home.file.\".vimrc\" at " "missing-source.nix:4" "There is no /" "/no-such-file" ];
  no-content = n: bad n [ "no content in home.file.\".vimrc\" at " "no-content.nix:4" "`text', `source'" ];
  two-contents = n: bad n [ "two contents in home.file.\".vimrc\" at " "two-contents.nix:4" ];
  value-without-format = n: bad n [ "a value without a format in xdg.configFile.\"app.toml\" at " "value-without-format.nix:4" ];
  function-in-value = n: bad n [ "a function in the value of xdg.configFile.\"app.json\" at " "function-in-value.nix:4" ];
  assertions = n: bad n [ "Failed assertions:" "- the first fault" "- the second fault" ];
  recursion = n: traced n [ "infinite recursion" "while evaluating the option `home.username'" ];
  recursive-imports = n: traced n [ "infinite recursion" "must not depend on `config'" "recursive-imports.nix:3" ];
  # Evaluated with `-I nixpkgs=…' absent from the search path.
  no-nixpkgs = n: bad n [ "needs nixpkgs: a module uses `pkgs'" ];
  absent-function = n: bad n [ "needs nixpkgs: lib.licenses" ];
  absent-argument = n: bad n [ "no module argument `inputs' at " "absent-argument.nix" "extraSpecialArgs" ];
  stray-setting = n: bad n [ "stray-setting.nix has `home' beside `config'" "below `config'" ];
  activation-cycle = n: bad n [
    "a cycle in home.activation: each of these comes after the next, and the last after the first"
    "- \"one\" at "
    "activation-cycle.nix:5"
    "- \"two\" at "
    "activation-cycle.nix:6"
    "- \"three\" at "
    "activation-cycle.nix:7"
    "Drop what does not hold from their `after' and `before'."
  ];
  activation-cycle-point = n: bad n [
    "- \"linkGeneration\", a point of the run"
    "- \"writeBoundary\", a point of the run"
    "activation-cycle-point.nix:5"
  ];
  activation-type = n: bad n [ "home.activation.one.data" "activation-type.nix:4" ];
  activation-twice = n: bad n [ "conflicting definitions of the option `home.activation.one.data'" ];
  unknown-method = n: bad n [ "home.file.\".vimrc\".method" "unknown-method.nix:4" "\"seed\"" "\"teleport\"" ];
  merge-without-value = n: bad n [ "the method merge without a value in xdg.configFile.\"app.json\" at " "merge-without-value.nix:4" "Set `format' and `value', whose keys it enforces." ];
  merge-format = n: bad n [ "the method merge with the format git-config in home.file.\".gitconfig\" at " "merge-format.nix:4" "It knows json, toml, yaml and ini." ];
  live-without-source = n: bad n [ "the method live without a source in home.file.\".vimrc\" at " "live-without-source.nix:4" "Set `source'" ];
  live-in-store = n: bad n [
    "a live source in the Nix store: home.file.\".vimrc\" at "
    "live-in-store.nix:4"
    "/x-source/vimrc is a copy, and what it was copied from is not known."
    "A flake has to lie in a directory"
  ];
  live-as-copy = n: bad n [ "a live source with the method copy in home.file.\".vimrc\" at " "live-as-copy.nix:5" "Leave `method' out" ];
  method-recursive = n: bad n [ "the method live with `recursive' in home.file.\".vim\" at " "method-recursive.nix:4" ];
  method-executable = n: bad n [ "the method block with `executable' in home.file.\".profile\" at " "method-executable.nix:4" ];
  seed-force = n: bad n [ "the method seed with `force' in home.file.\"notes\" at " "seed-force.nix:4" "It leaves what is there" ];
  block-of-link = n: bad n [ "the marks of a block in home.file.\".profile\" at " "block-of-link.nix:4" "and this one is link" ];
  permissions-of-link = n: bad n [ "permissions of a file that is not written in home.file.\".netrc\" at " "permissions-of-link.nix:4" "copy, merge and seed" ];
  permissions-form = n: bad n [ "the permissions \"u=rw\" in home.file.\".netrc\" at " "permissions-form.nix:4" "such as \"0600\"" ];
  permissions-executable = n: bad n [ "both `permissions' and `executable' in home.file.\"run\" at " "permissions-executable.nix:4" ];
  backups-age = n: bad n [ "nhmt.backups.olderThan" "backups-age.nix:4" "[0-9]+d" "3 weeks" ];
  syntax = n: bad n [ "syntax error" "syntax.nix:3" ];

  state-twice = n: bad n [
    "two meanings of the persisted path `.ssh'"
    "home.persistence.\"/cache\".files at "
    "state-twice.nix:6 (a file in /cache/home/alice by symlink, mode 0600)"
    "home.persistence.\"/persist\".directories at "
    "state-twice.nix:4 (a directory in /persist/home/alice by symlink)"
    "Keep one of them"
  ];
  state-nested = n: bad n [
    "the persisted path `.config/app' below another one, `.config'"
    "home.persistence.\"/persist\".directories at "
    "state-nested.nix:4"
    "home.persistence.\"/cache\".directories at "
    "state-nested.nix:5"
  ];
  state-and-file = n: bad n [
    "a managed file at the persisted path `.ssh'"
    "home.file.\".ssh\" at "
    "state-and-file.nix:5"
    "home.persistence.\"/persist\".directories at "
    "state-and-file.nix:4"
  ];
  state-below-file = n: bad n [
    "the persisted path `.config/a/b' below `.config', which is managed as one file or link"
    "state-below-file.nix:5"
    "state-below-file.nix:4"
    "Set `recursive'"
  ];
  state-method-inside = n: bad n [
    "the managed file `.config/a/b' below the persisted path `.config'"
    "home.file.\".config/a/b\" at "
    "state-method-inside.nix:5"
    "state-method-inside.nix:4 (a directory in /persist/home/alice)"
    "The method copy does not reach there"
  ];
  state-file-inside = n: bad n [
    "the managed file `.a/b' below the persisted path `.a'"
    "state-file-inside.nix:5"
    "state-file-inside.nix:4 (a file in /persist/home/alice)"
    "Nothing can lie below a file"
  ];
  state-root-inside = n: bad n [
    "the root /home/alice/persist in the home, which it is to outlive, in home.persistence.\"/home/alice/persist\".directories at "
    "state-root-inside.nix:4"
    "Choose a directory outside of /home/alice"
  ];
  state-root-parent = n: bad n [ "the root \"/persist/../home\", which has `..' in it, in home.persistence" "state-root-parent.nix:4" ];
  state-own = n: bad n [
    "the persisted path `.local', which is, holds or lies in `.local/state/nhmt', in home.persistence.\"/persist\".directories at "
    "state-own.nix:4"
    "nhmt keeps its own records"
  ];
  state-room = n: bad n [ "the persisted path `.nhmt' in home.persistence" "state-room.nix:4" "of each root for itself" ];
  state-absolute = n: bad n [ "absolute target outside the home of home.persistence.\"/persist\".directories at " "state-absolute.nix:4" ];
  state-parent = n: bad n [ "target with `..' of home.persistence.\"/persist\".files at " "state-parent.nix:4" ];
  state-mode = n: bad n [ "the mode \"rwx\" of `.a' in home.persistence.\"/persist\".directories at " "state-mode.nix:4" "u=rwx,g=,o=" ];
  state-user = n: bad n [ "the owner \"bob\" of `.a' in home.persistence" "state-user.nix:4" "The home is that of \"alice\"" ];
  state-type = n: bad n [ "wrong type for the option `home.persistence.\"/persist\".directories." "state-type.nix:4" "(submodule) or string" ];
  state-unknown = n: bad n [ "unknown option `home.persistence.\"/persist\".directory' at " "state-unknown.nix:4" "Did you mean `home.persistence.\"/persist\".directories'" ];
  secret-not-age = n: bad n [
    "secret-not-age.nix, which does not end in .age in home.secrets.\"mail\" at "
    "secret-not-age.nix:5"
    "Encrypt it with age, and name it so."
  ];
  secret-key-in-store = n: bad n [
    "a key in the Nix store: /"
    "-key in nhmt.secrets.identities at "
    "secret-key-in-store.nix"
    "Write the path where it lies as a string."
  ];
  secret-as-source = n: bad n [
    "/.local/state/nhmt/ in home.file.\".token\" at "
    "secret-as-source.nix:6"
    "It would be copied to the Nix store. For a secret, set `target' of that secret"
  ];
  secret-mode = n: bad n [
    "the mode \"0200\" in home.secrets.\"mail\" at "
    "secret-mode.nix:5"
    "the owner has to be able to read"
  ];
}
