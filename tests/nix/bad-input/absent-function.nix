{ lib, ... }:
{
  home.username = "alice";
  home.homeDirectory = lib.licenses.mit.fullName;
}
