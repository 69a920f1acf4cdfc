# Units as NixOS writes them (nixos/lib/systemd-lib.nix): a section of settings,
# lists as one line for each element.
{ lib }:
let
  inherit (builtins) concatStringsSep isBool isList;
  text = v: if isBool v then (if v then "true" else "false") else toString v;
  setting = name: v: if isList v then map (e: "${name}=${text e}") v else [ "${name}=${text v}" ];
  section =
    title: values:
    "[${title}]\n"
    + lib.concatMapStrings (l: "${l}\n") (lib.concatLists (lib.mapAttrsToList setting values));
  joined = name: list: lib.optionalAttrs (list != [ ]) { ${name} = concatStringsSep " " list; };
  header =
    u:
    lib.optionalAttrs (u.description != "") { Description = u.description; }
    // joined "Documentation" u.documentation
    // joined "Before" u.before
    // joined "After" u.after
    // joined "Wants" u.wants
    // joined "Requires" u.requires
    // joined "Conflicts" u.conflicts
    // joined "PartOf" u.partOf
    // u.unitConfig;
in
{
  service = u: section "Unit" (header u) + "\n" + section "Service" u.serviceConfig;
  mount = u: section "Unit" (header u) + "\n" + section "Mount" u.mountConfig;
}
