# Which options nhmt does not have on purpose: those of Home Manager that it
# lacks, and all other programs and services.
#
# nhmt.absentOptions -> path (down to the first name that is not declared) ->
# null, or { path; instead; elsewhere; }
{ library }:
absent: path:
let
  name = builtins.concatStringsSep "." path;
  # Of a set of options the options in it are listed.
  listed = absent ? ${name} || builtins.any (library.hasPrefix "${name}.") (builtins.attrNames absent);
  group = builtins.head path;
  generic =
    if group == "programs" then
      "Remove the setting, or write the program's file by home.file or xdg.configFile."
    else if group == "services" then
      "Remove the setting, or write the service's unit and its configuration by xdg.configFile."
    else
      "Remove the setting, or write what it made by home.file or xdg.configFile.";
  own = absent.${name} or "";
in
if listed || (builtins.length path == 2 && builtins.elem group [ "programs" "services" ]) then
  {
    inherit path;
    elsewhere = listed;
    instead = if own == "" then generic else own;
  }
else
  null
