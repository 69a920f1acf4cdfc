# What the manifest has beside files, packages and hooks: the same in nhmt's own
# configurations and in those of Home Manager that take its modules.
{
  config,
  lib,
  nhmtLib,
}:
# the managed files, as files/entries.nix gives them
entries:
let
  secrets = config.nhmt.secretsManifest;
  backups = lib.filterAttrs (_: v: v != null) config.nhmt.backups;
  inherit (config.nhmt) state;
  beside = import ./persistence/beside.nix { inherit lib nhmtLib; } {
    files = entries;
    routes = state.entries;
  };
in
lib.optionalAttrs (config.nhmt.onConflict != null) { inherit (config.nhmt) onConflict; }
// lib.optionalAttrs (config.nhmt.profile != null) { inherit (config.nhmt) profile; }
// lib.optionalAttrs (backups != { }) { inherit backups; }
// lib.optionalAttrs (!secrets.isEmpty) { secrets = secrets.value; }
// lib.optionalAttrs (state.entries != { }) {
  state =
    if beside == null then map (r: r.value) (builtins.attrValues state.entries) else throw beside;
}
// lib.optionalAttrs (state.ignore != null) { atRisk = { inherit (state) ignore; }; }
