# A stand-in for nixpkgs: it shows what it was called with.
{
  config,
  overlays,
  system,
}:
{
  inherit config overlays;
  word = "${system} ${builtins.toJSON config} ${toString (builtins.length overlays)}";
}
