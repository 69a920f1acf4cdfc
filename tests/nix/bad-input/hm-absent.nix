{ lib, ... }:
{
  home.username = lib.hm.gvariant.mkString "alice";
  home.homeDirectory = "/home/alice";
}
