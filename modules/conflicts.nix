# What happens to files that are in the way, and to their backups.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.nhmt.backups = {
    olderThan = mkOption {
      type = types.nullOr (types.strMatching "[0-9]+d");
      default = null;
      example = "30d";
      description = "The age, in days, from which a run lets backups go. Null keeps them.";
    };
    maxSize = mkOption {
      type = types.nullOr (types.strMatching "[0-9]+[KMGT]");
      default = null;
      example = "1G";
      description = ''
        The room that backups may take, with K, M, G or T; a run lets the oldest go until the rest takes no
        more. Null sets no limit.
      '';
    };
  };
  options.nhmt.onConflict = mkOption {
    type = types.nullOr (
      types.enum [
        "abort"
        "backup"
      ]
    );
    default = null;
    example = "backup";
    description = ''
      What to do with a file in the way of a managed one that nhmt did not put there: `abort` changes
      nothing and names them all, `backup` moves each below the state directory's `backups`. Null leaves
      it to the command's default; a flag of the command line outranks it.
    '';
  };
}
