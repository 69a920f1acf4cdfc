# targets.genericLinux.nixGL and .gpu: the drivers of the graphics card for
# programs of Nix. `config.lib.nixGL.wrap` changes nothing without nixGL.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.targets.genericLinux.nixGL;

  offload = {
    DRI_PRIME = cfg.prime.card;
  };
  wrappers = {
    mesa = wrap "Intel" { };
    mesaPrime = wrap "Intel" offload;
    nvidia = wrap "Nvidia" { };
    nvidiaPrime = wrap "Nvidia" (
      offload
      // {
        __NV_PRIME_RENDER_OFFLOAD = "1";
        __GLX_VENDOR_LIBRARY_NAME = "nvidia";
        __VK_LAYER_NV_optimus = "NVIDIA_only";
      }
      // lib.optionalAttrs (cfg.prime.nvidiaProvider != null) {
        __NV_PRIME_RENDER_OFFLOAD_PROVIDER = cfg.prime.nvidiaProvider;
      }
    );
  };
  names = types.enum (builtins.attrNames wrappers);

  # A flake has packages by system, a channel has them at the top or in auto.
  find =
    name:
    let
      all = cfg.packages.${pkgs.stdenv.hostPlatform.system} or cfg.packages;
    in
    all.${name} or all.auto.${name}
      or (throw "targets.genericLinux.nixGL.packages has no ${name}; give it the packages of nixGL's flake or channel");
  command =
    vendor:
    lib.concatMapStringsSep " " lib.getExe (
      [ (find "nixGL${vendor}") ] ++ lib.optional cfg.vulkan.enable (find "nixVulkan${vendor}")
    );
  assign = lib.mapAttrsToList (n: v: "${n}=${lib.escapeShellArg v}");

  wrap =
    vendor: environment: package:
    if cfg.packages == null then
      package
    else
      pkgs.symlinkJoin {
        name = lib.getName package;
        paths = [ package ];
        meta = package.meta or { };
        # Programs become scripts; files that name the package name this one.
        postBuild = ''
          for program in $out/bin/*; do
            [ -e "$program" ] || continue
            target=$(readlink -f "$program")
            name=''${program##*/}
            rm "$program"
            {
              echo '#!${pkgs.runtimeShell}'
              ${lib.concatMapStrings (a: "echo ${lib.escapeShellArg "export ${a}"}\n") (assign environment)}
              echo "exec -a '$name' ${command vendor} '$target' \"\$@\""
            } >"$program"
            chmod +x "$program"
          done
          for file in $out/share/applications/*.desktop $out/share/systemd/user/*.service $out/share/dbus-1/services/*.service; do
            [ -e "$file" ] && grep -q ${package} "$file" || continue
            text=$(sed "s|${package}|$out|g" "$file")
            rm "$file"
            printf '%s\n' "$text" >"$file"
          done
        '';
      };

  script =
    name: vendor: environment:
    pkgs.writeShellScriptBin name ''
      ${lib.concatMapStringsSep "\n" (a: "export ${a}") (assign environment)}
      exec ${if vendor == null then "" else command vendor} "$@"
    '';
  scripts = {
    mesa = script "nixGLMesa" "Intel" { };
    mesaPrime = script "nixGLMesaPrime" "Intel" offload;
    nvidia = script "nixGLNvidia" "Nvidia" { };
    nvidiaPrime = script "nixGLNvidiaPrime" "Nvidia" (offload // { __NV_PRIME_RENDER_OFFLOAD = "1"; });
  };
in
{
  options.targets.genericLinux.nixGL = {
    packages = mkOption {
      type = types.nullOr types.attrs;
      default = null;
      example = lib.literalExpression "inputs.nixGL.packages";
      description = ''
        The packages of nixGL. With them `config.lib.nixGL.wrap PACKAGE` starts the package's programs with
        the system's drivers; without them it is the package itself. `wrapOffload` takes the second card, and
        `config.lib.nixGL.wrappers` has all of them.
      '';
    };
    defaultWrapper = mkOption {
      type = names;
      default = "mesa";
      description = "What `wrap` is.";
    };
    offloadWrapper = mkOption {
      type = names;
      default = "mesaPrime";
      description = "What `wrapOffload` is.";
    };
    prime.card = mkOption {
      type = types.str;
      default = "1";
      example = "pci-0000_06_00_0";
      description = "The second card, as Mesa's DRI_PRIME has it.";
    };
    prime.nvidiaProvider = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "NVIDIA-G0";
      description = "The provider of NVIDIA's offloading.";
    };
    prime.installScript = mkOption {
      type = types.nullOr (
        types.enum [
          "mesa"
          "nvidia"
        ]
      );
      default = null;
      description = "Whether `prime-offload` is installed, which starts any program on the second card.";
    };
    installScripts = mkOption {
      type = types.nullOr (types.listOf names);
      default = null;
      example = [ "mesa" ];
      description = "Wrappers to install as commands: nixGLMesa, nixGLMesaPrime, nixGLNvidia, nixGLNvidiaPrime.";
    };
    vulkan.enable = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the wrappers bring Vulkan, too.";
    };
  };
  options.targets.genericLinux.gpu =
    let
      unused =
        type: default:
        mkOption {
          inherit type default;
          description = "Taken for Home Manager's configurations, and not used.";
        };
    in
    {
      enable = mkOption {
        type = types.bool;
        default = false;
        description = "Not part of nhmt, which warns of it: it needs a service of the system. nixGL does without.";
      };
      packages = unused (types.nullOr types.attrs) null;
      nixStateDirectory = unused types.path "/nix/var/nix";
      nvidia = {
        enable = unused types.bool false;
        version = unused (types.nullOr types.str) null;
        sha256 = unused (types.nullOr types.str) null;
      };
    };

  config = {
    lib.nixGL = {
      wrap = wrappers.${cfg.defaultWrapper};
      wrapOffload = wrappers.${cfg.offloadWrapper};
      inherit wrappers;
    };
    warnings = lib.optional config.targets.genericLinux.gpu.enable "targets.genericLinux.gpu is not part of nhmt, and does nothing: it sets up the drivers by a service of the system. Set targets.genericLinux.nixGL.packages to those of nixGL, and wrap what needs the graphics card: config.lib.nixGL.wrap pkgs.PROGRAM";
    home.packages = lib.mkIf (cfg.packages != null) (
      map (name: scripts.${name}) (if cfg.installScripts == null then [ ] else cfg.installScripts)
      ++ lib.optional (cfg.prime.installScript == "mesa") (script "prime-offload" null offload)
      ++ lib.optional (cfg.prime.installScript == "nvidia") (
        script "prime-offload" null (
          offload
          // {
            __NV_PRIME_RENDER_OFFLOAD = "1";
            __GLX_VENDOR_LIBRARY_NAME = "nvidia";
          }
        )
      )
    );
  };
}
