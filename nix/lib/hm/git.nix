# Parts of git's configuration.
{ lib }:
{
  diffPagerConfig = command: {
    pager = lib.genAttrs [ "diff" "log" "show" ] (_: command);
  };
}
