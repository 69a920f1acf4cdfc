{ lib, ... }:
{
  home.username = "alice";
  home.homeDirectory = lib.toposort (a: b: a < b) [ "/home" ];
}
