# A package set of what the stand-in needs, made by the machine's own shell.
{
  system ? builtins.currentSystem,
  ...
}:
let
  lib = import ../../../nix/lib;
  build =
    name: extra: command:
    let
      drv = derivation (
        {
          inherit name system command;
          preferLocalBuild = true;
          allowSubstitutes = false;
          builder = "/bin/sh";
          args = [
            "-euc"
            "PATH=/usr/local/bin:/usr/bin:/bin; eval \"$(cat \"$commandPath\")\""
          ];
          # It may be longer than a variable can be.
          passAsFile = [ "command" ];
        }
        // extra
      );
    in
    drv // { meta = { }; };
  # The machine's own programs, but for Nix: there may be another one on PATH.
  host = _: build "host-programs" { } "mkdir -p $out/bin; ln -s -t $out/bin /usr/bin/*; rm -f $out/bin/nix*";
in
lib.genAttrs [
  "bash"
  "coreutils"
  "diffutils"
  "findutils"
  "gettext"
  "gnugrep"
  "gnused"
  "jq"
  "ncurses"
] host
// {
  inherit lib system;
  stdenv.hostPlatform = { inherit system; };
  runCommand = build;
  writeText = name: text: build name { inherit text; } "printf %s \"$text\" > $out";
  writeScript = name: text: build name { inherit text; } "printf %s \"$text\" > $out; chmod +x $out";
  # A program that says its name.
  program =
    name: build name { } "mkdir -p $out/bin $out/share; echo \"echo ${name}\" > $out/bin/${name}; chmod +x $out/bin/${name}";
  buildEnv =
    { name, paths }:
    build name { inherit paths; } ''
      mkdir -p $out/bin
      for path in $paths; do for file in $path/bin/*; do ln -s $file $out/bin/; done; done
    '';
}
