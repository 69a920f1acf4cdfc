{ inputs, ... }:
{
  home.username = inputs.name;
  home.homeDirectory = "/home/alice";
}
