{ lib, ... }:
{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  home.activation.one = lib.hm.dag.entryAfter [ "three" ] "true";
  home.activation.two = lib.hm.dag.entryAfter [ "one" ] "true";
  home.activation.three = lib.hm.dag.entryBetween [ "one" ] [ "two" ] "true";
  home.activation.free = "true";
}
