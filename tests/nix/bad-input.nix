# Configurations that must be refused: name -> { configuration; expected; },
# where every string of `expected` must be in what Nix says on stderr.
#
# With `trace = true` the words are in the output of --show-trace only (Nix
# stops at an infinite recursion without asking anyone for a message).
let
  bad = name: expected: {
    configuration = ./bad-input + "/${name}.nix";
    trace = false;
    inherit expected;
  };
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
  unknown-option = n: bad n [
    "unknown option `home.sessionVariable' at "
    "unknown-option.nix:4"
    "Did you mean `home.sessionVariables'"
  ];
  unknown-file-option = n: bad n [
    "unknown option `home.file.\".profile\".txt' at "
    "unknown-file-option.nix:4"
    "Did you mean `home.file.\".profile\".text'?"
  ];
  unknown-program = n: bad n [
    "unknown option `programs.emacs' at "
    "unknown-program.nix:4"
    "nhmt has no `programs.emacs'"
    "bash, git"
    "home.file or xdg.configFile"
  ];
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
  absent-function = n: bad n [ "needs nixpkgs: lib.toposort" ];
  absent-argument = n: bad n [ "no module argument `inputs' at " "absent-argument.nix" "extraSpecialArgs" ];
  stray-setting = n: bad n [ "stray-setting.nix has `home' beside `config'" "below `config'" ];
  syntax = n: bad n [ "syntax error" "syntax.nix:3" ];
}
