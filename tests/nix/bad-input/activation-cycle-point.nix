{ lib, ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.activation.one = lib.hm.dag.entryBetween [ "writeBoundary" ] [ "linkGeneration" ] "true";
}
