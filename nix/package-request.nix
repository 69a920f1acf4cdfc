# What is asked of a package: which of its outputs, and with which priority.
#
# Structured attributes strip packages of what they say about themselves, so
# that is worked out here, as nixpkgs' buildEnv has it: the outputs that a
# package was narrowed to, else its meta.outputsToInstall, else its first one.
{
  extraOutputs ? [ ],
  toStore,
}:
let
  isPackage = p: p.type or null == "derivation";
  request =
    p:
    if isPackage p then
      let
        narrowed = p.outputSpecified or false;
        chosen = p.meta.outputsToInstall or null;
        own = if !narrowed && chosen != null then map (o: "${p.${o}}") chosen else [ "${p}" ];
        extra = map (o: "${p.${o}}") (builtins.filter (o: p ? ${o}) extraOutputs);
        paths = own ++ builtins.filter (e: !(builtins.elem e own)) extra;
      in
      {
        name = builtins.unsafeDiscardStringContext (p.name or (nameOf "${p}"));
        inherit paths;
        # nixpkgs: meta.priority, 5 for those that have none; lower wins.
        priority = p.meta.priority or 5;
      }
    else if builtins.isString p && !(builtins.hasContext p) && nameOf p == baseNameOf p then
      # Copying whatever a string names would publish it to every user.
      throw
        "home.packages has the string \"${p}\", which names no package in the Nix store\n  For a package of your own write a path without quotes, such as ./my-package."
    else
      let
        path = toStore p;
      in
      {
        name = nameOf path;
        paths = [ path ];
        priority = 5;
      };
  nameOf =
    path:
    let
      base = baseNameOf (builtins.unsafeDiscardStringContext path);
      parts = builtins.match "[0-9a-z]{32}-(.*)" base;
    in
    if parts == null then base else builtins.head parts;
in
request
