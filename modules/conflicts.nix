# What happens to files that are in the way.
{ lib, ... }:
{
  options.nhmt.onConflict = lib.mkOption {
    type = lib.types.nullOr (lib.types.enum [ "abort" "backup" ]);
    default = null;
    example = "backup";
    description = ''
      What to do with a file in the way of a managed one that nhmt did not put there: `abort` changes
      nothing and names them all, `backup` moves each below the state directory's `backups`. Null leaves
      it to the command's default; a flag of the command line outranks it.
    '';
  };
}
