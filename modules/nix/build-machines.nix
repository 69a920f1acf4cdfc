# Machines that build for this one. https://nix.dev/manual/nix/latest/command-ref/conf-file#conf-builders
{ config, lib, ... }:
let
  inherit (lib) mkIf mkOption types;
  cfg = config.nix;
  strings =
    description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit description;
    };
  maybe =
    description:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      inherit description;
    };
  number =
    description:
    mkOption {
      type = types.int;
      default = 1;
      inherit description;
    };
  machine.options = {
    hostName = mkOption {
      type = types.str;
      example = "builder.example";
      description = "The machine's name.";
    };
    protocol = mkOption {
      type = types.enum [
        null
        "ssh"
        "ssh-ng"
      ];
      default = "ssh";
      description = "How it is spoken to; null writes the name alone.";
    };
    systems = strings "The systems that it builds for.";
    sshUser = maybe "The user there.";
    sshKey = maybe "The file with the key to log in with, which needs no passphrase; not in the store.";
    maxJobs = number "How many builds it takes at once.";
    speedFactor = number "How fast it is beside others.";
    mandatoryFeatures = strings "What a build has to ask for to be given to it.";
    supportedFeatures = strings "What a build may ask for.";
    publicHostKey = maybe "The machine's public key, in base 64; null takes known_hosts.";
  };

  none = v: if v == "" then "-" else v;
  orNone = v: if v == null then "-" else v;
  line =
    m:
    lib.concatStringsSep " " [
      "${lib.optionalString (m.protocol != null) "${m.protocol}://"}${
        lib.optionalString (m.sshUser != null) "${m.sshUser}@"
      }${m.hostName}"
      (none (lib.concatStringsSep "," m.systems))
      (orNone m.sshKey)
      (toString m.maxJobs)
      (toString m.speedFactor)
      (none (lib.concatStringsSep "," (lib.unique (m.supportedFeatures ++ m.mandatoryFeatures))))
      (none (lib.concatStringsSep "," m.mandatoryFeatures))
      (orNone m.publicHostKey)
    ];
in
{
  options.nix = {
    buildMachines = mkOption {
      type = types.listOf (types.submodule machine);
      default = [ ];
      description = "Machines that Nix may build on, in {file}`nix/machines`.";
    };
    distributedBuilds = mkOption {
      type = types.bool;
      default = false;
      description = "Whether Nix uses them.";
    };
  };

  config = mkIf cfg.enable {
    xdg.configFile."nix/machines" = mkIf (cfg.buildMachines != [ ]) {
      text = lib.concatMapStrings (m: line m + "\n") cfg.buildMachines;
    };
    nix.settings = mkIf cfg.distributedBuilds { builders = "@${config.xdg.configHome}/nix/machines"; };
  };
}
