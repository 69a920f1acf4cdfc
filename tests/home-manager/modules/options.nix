# The options of Home Manager that its own files, packages and scripts are in.
{
  config,
  lib,
  options,
  pkgs,
  extendModules,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.home;
  option = type: default: mkOption { inherit type default; };

  fileType =
    base:
    types.attrsOf (
      types.submodule (
        { name, config, ... }:
        {
          options = {
            enable = option types.bool true;
            target = mkOption {
              type = types.str;
              default = name;
              apply =
                target: lib.removePrefix "${cfg.homeDirectory}/" (if lib.hasPrefix "/" target then target else "${base}/${target}");
            };
            text = option (types.nullOr types.lines) null;
            source = mkOption { type = types.path; };
            executable = option (types.nullOr types.bool) null;
            recursive = option types.bool false;
            force = option types.bool false;
            onChange = option types.lines "";
          };
          config.source = lib.mkIf (config.text != null) (
            lib.mkDefault ((if config.executable == true then pkgs.writeScript else pkgs.writeText) "hm-file" config.text)
          );
        }
      )
    );
  files = builtins.filter (file: file.enable) (builtins.attrValues cfg.file);

  words = pkgs.writeText "words.sh" ''
    errorEcho() { echo "$*"; }
    warnEcho() { echo "$*"; }
    noteEcho() { echo "$*"; }
    verboseEcho() { if [[ -v VERBOSE ]]; then echo "$*"; fi; }
    run() {
      local out=/dev/stdout
      if [[ $1 == --quiet ]]; then out=/dev/null; shift; fi
      if [[ -v DRY_RUN ]]; then echo "$@"; else "$@" >$out; fi
    }
  '';
in
{
  options = {
    assertions = option (types.listOf types.unspecified) [ ];
    warnings = option (types.listOf types.str) [ ];
    lib = option (types.attrsOf types.attrs) { };
    home-files = option types.package null;
    home = {
      username = mkOption { type = types.str; };
      homeDirectory = mkOption { type = types.path; };
      profileDirectory = mkOption {
        type = types.path;
        default = "${cfg.homeDirectory}/.nix-profile";
        readOnly = true;
      };
      file = option (fileType cfg.homeDirectory) { };
      packages = option (types.listOf types.package) [ ];
      path = option types.package null;
      extraActivationPath = option (types.listOf types.package) [ ];
      emptyActivationPath = option types.bool false;
      extraBuilderCommands = option types.lines "";
      sessionVariablesExtra = option types.lines "";
      activation = option (lib.hm.types.dagOf types.str) { };
      activationPackage = option types.package null;
      version.release = option types.str "99.05";
    };
    nix.enable = option types.bool true;
    nix.package = option (types.nullOr types.package) null;
    uninstall = option types.bool false;
    xdg = {
      configHome = option types.path "${cfg.homeDirectory}/.config";
      configFile = option (fileType config.xdg.configHome) { };
    };
    specialisation = option (types.attrsOf (
      types.submodule { options.configuration = mkOption { inherit (extendModules { }) type; default = { }; }; }
    )) { };
  };

  config = {
    lib.bash.initHomeManagerLib = ". ${words}";
    lib.file.mkOutOfStoreSymlink = path: pkgs.runCommand "link" { } "ln -s ${lib.escapeShellArg (toString path)} $out";
    home.file = lib.mkMerge [
      (lib.mapAttrs' (name: file: lib.nameValuePair "${config.xdg.configHome}/${name}" file) config.xdg.configFile)
      {
        # As Home Manager's modules use it.
        ".config/unit".text = "PATH=${cfg.profileDirectory}/bin";
        ".session".text = cfg.sessionVariablesExtra;
      }
    ];

    home-files = pkgs.runCommand "home-manager-files" { } (
      "mkdir $out\n"
      + lib.concatMapStrings (
        file:
        let
          to = ''"$out"/${lib.escapeShellArg file.target}'';
        in
        ''
          mkdir -p "$(dirname ${to})"
          if [ -d ${file.source} ] && ${lib.boolToString file.recursive}; then
            mkdir -p ${to}
            (cd ${file.source} && find . -type d) | while read -r each; do mkdir -p ${to}/"$each"; done
            (cd ${file.source} && find . ! -type d) | while read -r each; do [ -e ${to}/"$each" ] || ln -s ${file.source}/"$each" ${to}/"$each"; done
          elif [ -e ${to} ]; then :
          elif ${if file.executable == null || file.text != null then "true" else "false"}; then ln -s ${file.source} ${to}
          else cp ${file.source} ${to}; chmod ${if file.executable == true then "+x" else "-x"} ${to}; fi
        ''
      ) (lib.sort (a: b: lib.stringLength a.target < lib.stringLength b.target) files)
    );

    home.path = pkgs.buildEnv {
      name = "home-manager-path";
      paths = cfg.packages;
    };

    home.activation = {
      checkLinkTargets = lib.hm.dag.entryBefore [ "writeBoundary" ] ''
        while IFS= read -r file; do
          if [[ -e $HOME/$file && $(readlink "$HOME/$file") != *-home-manager-files/* ]]; then
            errorEcho "Existing file '$HOME/$file' would be clobbered"
            exit 1
          fi
        done < <(cd "$newGenPath/home-files/" && find . -type f -o -type l)
      '';
      writeBoundary = lib.hm.dag.entryAnywhere ''
        nix-env --profile "$genProfilePath" --set "$newGenPath"
      '';
      installPackages = lib.hm.dag.entryAfter [ "writeBoundary" ] ''
        nix-env -i ${cfg.path}
      '';
      linkGeneration = lib.hm.dag.entryAfter [ "writeBoundary" ] ''
        newFiles=$(readlink -e "$newGenPath/home-files")
        if [[ -v oldGenPath ]]; then
          while IFS= read -r file; do
            if [[ ! -e $newFiles/$file && $(readlink "$HOME/$file") == *-home-manager-files/* ]]; then rm "$HOME/$file"; fi
          done < <(cd "$oldGenPath/home-files/" && find . -type f -o -type l)
        fi
        while IFS= read -r file; do
          file=''${file#./}
          mkdir -p "$(dirname "$HOME/$file")"
          ln -Tsf "$newFiles/$file" "$HOME/$file"
        done < <(cd "$newFiles" && find . -type f -o -type l)
      '';
      checkFilesChanged = lib.hm.dag.entryBefore [ "linkGeneration" ] "declare -A changedFiles";
      onFilesChange = lib.hm.dag.entryAfter [ "linkGeneration" ] (
        "true\n" + lib.concatMapStrings (file: file.onChange) files
      );
    };

    home.activationPackage =
      let
        script = pkgs.writeScript "activation-script" ''
          #!/bin/bash
          set -eu -o pipefail
          cd "$HOME"
          . ${words}
          newGenPath=@GENERATION_DIR@
          genProfilePath=$HOME/.local/state/nix/profiles/home-manager
          currentGenGcPath=$HOME/.local/state/home-manager/gcroots/current-home
          mkdir -p "$HOME/.local/state/nix/profiles" "$HOME/.local/state/home-manager/gcroots"
          if [[ -e $currentGenGcPath ]]; then oldGenPath=$(readlink -e "$currentGenGcPath"); fi
          ${lib.concatMapStringsSep "\n" (entry: entry.data) (lib.hm.dag.topoSort cfg.activation).result}
          ln -sfn "$newGenPath" "$currentGenGcPath"
        '';
      in
      pkgs.runCommand "home-manager-generation" { } ''
        mkdir $out
        sed "s|@GENERATION_DIR@|$out|" ${script} > $out/activate
        chmod +x $out/activate
        ln -s ${config.home-files} $out/home-files
        ln -s ${cfg.path} $out/home-path
        ${cfg.extraBuilderCommands}
      '';
  };
}
