# What startup files of shells have to read the session's environment.
{ config, nhmtLib }:
let
  file = "${config.home.homeDirectory}/.local/share/nhmt/session";
  sh = ''"${nhmtLib.shell.inQuotes "${file}.sh"}"'';
in
{
  sh = ''
    if [ -r ${sh} ]; then
      . ${sh}
    fi'';
  fish = ''
    if test -r ${nhmtLib.fish.quote "${file}.fish"}
        source ${nhmtLib.fish.quote "${file}.fish"}
    end'';
  # The path has to be there when the line is read.
  nushell = "source ${nhmtLib.nushell.quote "${file}.nu"}";
}
