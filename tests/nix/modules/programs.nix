# The session and the programs.
{
  case,
  text,
  file,
  has,
  manifest,
  evaluate,
  fails,
  lib,
}:
let
  session = text ".local/share/nhmt/session.sh";
  digest =
    c: lib.findFirst (lib.hasPrefix "export __NHMT_SESSION=") "" (lib.splitString "\n" (session c));
  bash = settings: text ".bashrc" { programs.bash = { enable = true; } // settings; };
  git = settings: (file ".config/git/config" { programs.git = { enable = true; } // settings; }).value;
  readline = settings: text ".inputrc" { programs.readline = { enable = true; } // settings; };
  lines = parts: s: map (p: has p s) parts;
in
[
  (case "session variables" (lines [ "set A \"$HOME/a\"\n" "set B \"1\"\n" "set C \"true\"\n" "set D" ] (session { home.sessionVariables = { A = "$HOME/a"; B = 1; C = true; D = null; }; })) [ true true true false ])
  (case "session digest follows the content" (digest { home.sessionVariables.A = "1"; } == digest { home.sessionVariables.A = "2"; }) false)
  (case "session digest follows the path" (digest { home.sessionPath = [ "/a" ]; } == digest { home.sessionPath = [ "/b" ]; }) false)
  (case "session extra" (has "\numask 077\n" (session { home.sessionVariablesExtra = "umask 077"; })) true)
  (case "session path" (has "__nhmt_search PATH \"$HOME/a:$HOME/b:/home/alice/.local/state/nhmt/current/packages/bin\" \"\"\n" (session { home.sessionPath = [ "$HOME/a" "$HOME/b" ]; })) true)
  (case "xdg variables" (map (on: has "XDG_CONFIG_HOME \"/home/alice/.config\"" (session { xdg.enable = on; })) [ true false ]) [ true false ])

  (case "bash files" (builtins.attrNames (manifest { programs.bash.enable = true; }).files) [ ".bash_profile" ".bashrc" ".local/share/nhmt/session.sh" ".profile" ])
  (case "bash logout" ((file ".bash_logout" { programs.bash = { enable = true; logoutExtra = "clear"; }; }).text) "clear")
  (case "bash history" (lines [ "HISTSIZE=5\n" "HISTFILESIZE=100000\n" "HISTCONTROL=ignoredups:ignorespace\n" "HISTIGNORE='ls:cd *'\n" "HISTFILE=\"$HOME/h\"\n" ] (bash { historySize = 5; historyControl = [ "ignoredups" "ignorespace" ]; historyIgnore = [ "ls" "cd *" ]; historyFile = "$HOME/h"; })) [ true true true true true ])
  (case "bash options" (lines [ "shopt -s globstar\n" "shopt -u cdspell\n" "extglob" ] (bash { shellOptions = [ "globstar" "-cdspell" ]; })) [ true true false ])
  (case "bash aliases" (has "alias -- ll='ls -l'\n" (bash { shellAliases.ll = "ls -l"; })) true)
  (case "aliases for every shell" (has "alias -- g=git\n" (text ".bashrc" { programs.bash.enable = true; home.shellAliases.g = "git"; })) true)
  (case "bash order" (
    let
      t = bash { bashrcExtra = "FIRST=1"; initExtra = "LAST=1"; };
      after = a: b: has b (lib.last (lib.splitString a t));
    in
    [ (after "FIRST=1" "|| return") (after "|| return" "LAST=1") (after "BASH_COMPLETION_VERSINFO" "LAST=1") ]
  ) [ true true true ])
  (case "bash completion off" (has "completion" (bash { enableCompletion = false; })) false)
  (case "bash profile" (lines [ "session.sh" "export E=\"vi\"" "EXTRA" ] (text ".profile" { programs.bash = { enable = true; sessionVariables.E = "vi"; profileExtra = "EXTRA"; }; })) [ true true true ])

  (case "files of the session" (builtins.attrNames (manifest { nhmt.session.fish.enable = true; nhmt.session.nushell.enable = true; nhmt.session.environmentD.enable = true; }).files) [ ".config/environment.d/zz-nhmt.conf" ".local/share/nhmt/session.fish" ".local/share/nhmt/session.nu" ".local/share/nhmt/session.sh" ])
  (case "every text of the session" (map (f: builtins.stringLength (text f { home.sessionVariables = { A = "$HOME"; B = "`x`"; C = "''${D:-e}"; }; home.sessionSearchVariables.S = [ "/s" ]; home.sessionVariablesExtra = "x"; nhmt.session = { fish.enable = true; nushell.enable = true; environmentD.enable = true; search = [ { name = "M"; first = [ "/m" ]; when = "set"; } { name = "U"; first = [ { text = "/u"; there = true; } ]; when = "unset"; } ]; }; }) > 500) [ ".config/environment.d/zz-nhmt.conf" ".local/share/nhmt/session.fish" ".local/share/nhmt/session.nu" ".local/share/nhmt/session.sh" ]) [ true true true true ])
  (case "zsh files" (builtins.attrNames (manifest { programs.zsh = { enable = true; dotDir = "/home/alice/.config/zsh"; loginExtra = "l"; siteFunctions.f = "echo"; }; }).files) [ ".config/zsh/.zlogin" ".config/zsh/.zprofile" ".config/zsh/.zsh-functions/f" ".config/zsh/.zshenv" ".config/zsh/.zshrc" ".local/share/nhmt/session.sh" ".zshenv" ])
  (case "zsh order" (let t = text ".zshrc" { programs.zsh = { enable = true; initContent = lib.mkMerge [ (lib.mkAfter "LAST") (lib.mkBefore "FIRST") "MIDDLE" ]; }; }; parts = map (p: builtins.stringLength (builtins.head (lib.splitString p t))) [ "FIRST" "compinit" "MIDDLE" "LAST" ]; in parts == lib.sort (a: b: a < b) parts) true)
  (case "zsh shell variables in dotDir" (fails (manifest { programs.zsh = { enable = true; dotDir = "$HOME/z"; }; })) true)
  (case "fish files" (builtins.attrNames (manifest { programs.fish = { enable = true; functions.f = "echo"; completions.c = "complete -c c"; }; }).files) [ ".config/fish/completions/c.fish" ".config/fish/config.fish" ".config/fish/functions/f.fish" ".local/share/nhmt/session.fish" ".local/share/nhmt/session.sh" ])
  (case "fish abbreviations" (lines [ "abbr --add -- gco 'git checkout'" "abbr --add --position anywhere -- -C --color" "alias ll 'ls \\'x\\''" ] (text ".config/fish/config.fish" { home.shellAliases.ll = "ls 'x'"; programs.fish = { enable = true; shellAbbrs = { gco = "git checkout"; "-C" = { position = "anywhere"; expansion = "--color"; }; }; }; })) [ true true true ])
  (case "nushell files" (builtins.attrNames (manifest { programs.nushell = { enable = true; extraLogin = "l"; }; }).files) [ ".config/nushell/env.nu" ".config/nushell/login.nu" ".local/share/nhmt/session.nu" ".local/share/nhmt/session.sh" ])
  (case "nushell values" (lines [ "load-env {\"A\": \"x\\\"y\", \"L\": [1, null, ({|| 1 })]}" "$env.config.\"a\".\"b\" = 1.5" ] (text ".config/nushell/config.nu" { programs.nushell = { enable = true; environmentVariables = { A = "x\"y"; L = [ 1 null { _type = "nushell-inline"; expr = "{|| 1 }"; } ]; }; settings.a.b = 1.5; }; })) [ true true ])
  (case "nushell plugins are refused" (fails (manifest { programs.nushell = { enable = true; plugins = [ { type = "derivation"; outPath = "/x"; name = "x"; } ]; }; })) true)

  (case "generic Linux needs packages" (map (c: has "TERMINFO_DIRS" (session c)) [ { } { home.packages = [ ./programs.nix ]; } { home.packages = [ ./programs.nix ]; targets.genericLinux.enable = false; } ]) [ false true false ])
  (case "an unset list keeps what it stands for" (has "__nhmt_last:/usr/share\"" (session { home.sessionSearchVariables.XDG_DATA_DIRS = [ "/x" ]; })) true)
  (case "locales of a package" (has "set LOCALE_ARCHIVE_2_27 \"/locales/lib/locale/locale-archive\"" (session { i18n.glibcLocales = "/locales"; })) true)
  (case "nixGL changes nothing without its packages" (map (n: (evaluate { } { }).config.lib.nixGL.wrappers.${n} n) [ "mesa" "mesaPrime" "nvidia" "nvidiaPrime" ]) [ "mesa" "mesaPrime" "nvidia" "nvidiaPrime" ])
  (case "wrapped by nixGL" (
    let
      pkgs = {
        stdenv.hostPlatform.system = "s";
        runtimeShell = "/sh";
        symlinkJoin = a: a;
        inherit lib;
      };
      c = (evaluate { } { _module.args.pkgs = lib.mkForce pkgs; targets.genericLinux.nixGL = { packages.s.nixGLIntel = { type = "derivation"; name = "nixGLIntel"; outPath = "/gl"; meta.mainProgram = "nixGLIntel"; }; prime.card = "2"; }; }).config.lib.nixGL;
      of = w: w { type = "derivation"; name = "app-1"; outPath = "/app"; };
    in
    [ (of c.wrap).name (has "exec -a '$name' /gl/bin/nixGLIntel '$target'" (of c.wrap).postBuild) (has "export DRI_PRIME=2" (of c.wrapOffload).postBuild) ]
  ) [ "app" true true ])
  (case "the drivers' service is warned of" (map (w: map (p: has p w) [ "targets.genericLinux.gpu is not part of nhmt" "config.lib.nixGL.wrap pkgs.PROGRAM" ]) (evaluate { } { targets.genericLinux.gpu = { enable = true; nvidia.version = "550.1"; }; }).config.warnings) [ [ true true ] ])

  (case "git settings" (git { settings = { user.name = "A"; remote.origin.url = "u"; core.pager = [ "a" "b" ]; }; }) { user.name = "A"; remote.origin.url = "u"; core.pager = [ "a" "b" ]; })
  (case "git old names" (git { userName = "A"; userEmail = "a@b"; aliases.s = "status"; extraConfig.init.defaultBranch = "main"; }) { user = { name = "A"; email = "a@b"; }; alias.s = "status"; init.defaultBranch = "main"; })
  (case "git signing" (git { signing = { key = "K"; signByDefault = true; format = "ssh"; signer = "/bin/s"; }; }) { user.signingKey = "K"; commit.gpgSign = true; tag.gpgSign = true; gpg = { format = "ssh"; ssh.program = "/bin/s"; }; })
  (case "git signing yields to settings" (git { signing.key = "K"; settings.user.signingKey = "L"; }).user.signingKey "L")
  (case "git includes come last" (git { settings.user.name = "A"; includes = [ { path = "~/p"; } { condition = "gitdir:~/w/"; path = "~/q"; } ]; }) [ { user.name = "A"; } { include.path = "~/p"; } { includeIf."gitdir:~/w/".path = "~/q"; } ])
  (case "git include by contents" (file ".config/git/includes/1-work" { programs.git = { enable = true; includes = [ { contents.user.email = "w"; contentSuffix = "work"; } ]; }; }).value { user.email = "w"; })
  (case "git settings as a list" (git { settings = [ { a.b = "1"; } { } { a.b = "2"; } ]; }) [ { a.b = "1"; } { a.b = "2"; } ])
  (case "git lfs" (git { lfs = { enable = true; skipSmudge = true; }; }).filter.lfs { clean = "git-lfs clean -- %f"; process = "git-lfs filter-process --skip"; required = true; smudge = "git-lfs smudge --skip -- %f"; })
  (case "git ignores" (text ".config/git/ignore" { programs.git = { enable = true; ignores = [ "*~" "*.o" ]; }; }) "*~\n*.o\n")
  (case "git attributes" (text ".config/git/attributes" { programs.git = { enable = true; attributes = [ "*.pdf diff=pdf" ]; }; }) "*.pdf diff=pdf\n")
  (case "git hooks" (
    let
      m = manifest { programs.git = { enable = true; hooks.pre-commit = ./programs.nix; }; };
    in
    [ m.files.".config/git/hooks/pre-commit".executable m.files.".config/git/config".value.core.hooksPath ]
  ) [ true "/home/alice/.config/git/hooks" ])
  (case "git not enabled" ((manifest { programs.git.settings.a.b = "c"; }).files ? ".config/git/config") false)

  (case "readline" (readline { variables = { expand-tilde = true; bell-style = "none"; history-size = 5; }; bindings = { "\\C-h" = "backward-kill-word"; Control-u = "undo"; }; extraConfig = "# end"; }) "$include /etc/inputrc\n\nset bell-style none\nset expand-tilde on\nset history-size 5\n\nControl-u: undo\n\"\\C-h\": backward-kill-word\n\n# end\n")
  (case "readline alone" (readline { includeSystemConfig = false; variables.x = false; }) "set x off\n")
  (case "readline by XDG" (
    let
      c = { programs.readline.enable = true; home.preferXdgDirectories = true; };
    in
    [ ((manifest c).files ? ".config/inputrc") (has "INPUTRC \"/home/alice/.config/inputrc\"" (session c)) ]
  ) [ true true ])
]
