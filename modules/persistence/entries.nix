# From home.persistence to the manifest's `state`, checked.
{
  lib,
  nhmtLib,
  # The absolute place of the home, and whose it is.
  home,
  username,
  # home.persistence, and where each of its names was written.
  roots,
  places,
  # How directories lead to their places when nothing is said of it.
  directories,
}:
let
  inherit (builtins)
    concatMap
    filter
    groupBy
    head
    length
    mapAttrs
    toJSON
    ;
  inherit (nhmtLib) locations targets;
  modes = import ./modes.nix { inherit lib; };

  # The directories of nhmt's own.
  reserved = [
    ".local/state/nhmt"
    ".local/state/nix/profiles"
    ".local/share/nhmt/store"
  ];
  within = top: path: path == top || lib.hasPrefix "${top}/" path;

  # What the two kinds of lists have for the manifest.
  routes =
    rootName: root:
    let
      full = list: "home.persistence.${toJSON rootName}.${list}";
      shownRoot = locations.show (places.${rootName} or [ ]);
      route =
        list: kind: name: default: entry: at:
        let
          option = full list;
          shown = locations.show at;
          fail = what: remedy: throw "${what} in ${option} at ${shown}\n  ${remedy}";
          path = targets.relative {
            inherit home;
            base = home;
          } option shown entry.${name};
          isOwn = entry.persistentStoragePath != null;
          written = if isOwn then entry.persistentStoragePath else root.persistentStoragePath;
          persistent = targets.absolute written;
          whole = (if persistent == "/" then "" else persistent) + home;
          method =
            if
              lib.elem entry.method [
                null
                "auto"
                "bindfs"
              ]
            then
              default
            else
              entry.method;
          parentMode = lib.findFirst (m: m != null) null [
            entry.parentMode
            (entry.parentDirectory.mode or null)
            root.parentMode
          ];
          mode = what: text: modes.octal (fail "the ${what} ${toJSON text} of `${path}'") text;
          own = lib.findFirst (r: within r path || within path r) null reserved;
        in
        if persistent == null then
          fail "the root ${toJSON (toString written)}, which has `..' in it," "Write the absolute path of a directory."
        else if within home persistent || whole == home then
          throw "the root ${persistent} in the home, which it is to outlive, in ${option} at ${
            if isOwn then shown else shownRoot
          }\n  Choose a directory outside of ${home}."
        else if own != null then
          fail "the persisted path `${path}', which is, holds or lies in `${own}'," "There nhmt keeps its own records of this home. Persist directories beside it one by one."
        else if within ".nhmt" path then
          fail "the persisted path `${path}'" "nhmt has `.nhmt' of each root for itself. Choose another path."
        else if entry.user != null && entry.user != username then
          fail "the owner ${toJSON entry.user} of `${path}'" "The home is that of ${toJSON username}, and so is what it persists."
        else
          {
            inherit
              path
              kind
              option
              shown
              ;
            value = {
              inherit path kind method;
              root = whole;
              declaredIn = [ option ] ++ map locations.record at;
            }
            // lib.optionalAttrs (entry.mode != null) { mode = mode "mode" entry.mode; }
            // lib.optionalAttrs (parentMode != null) { parentMode = mode "parentMode" parentMode; };
          };
      usual =
        if
          lib.elem root.defaultMethod [
            "auto"
            "bindfs"
          ]
        then
          "symlink"
        else
          root.defaultMethod;
      directoryMethod =
        lib.findFirst
          (
            m:
            !(lib.elem m [
              null
              "auto"
              "bindfs"
            ])
          )
          usual
          [
            root.defaultDirectoryMethod
            directories
          ];
    in
    lib.optionals root.enable (
      lib.zipListsWith (route "directories" "directory" "directory"
        directoryMethod
      ) root.directories root.places.directories
      ++ lib.zipListsWith (route "files" "file" "file" usual) root.files root.places.files
    );

  all = concatMap (name: routes name roots.${name}) (builtins.attrNames roots);
  byPath = groupBy (r: r.path) all;

  # For people: one side of what does not go together.
  side = r: "\n  - ${r.option} at ${r.shown} (${how r.value})";
  how =
    v:
    "a ${v.kind} in ${v.root} by ${v.method}"
    + lib.optionalString (v ? mode) ", mode ${v.mode}"
    + lib.optionalString (v ? parentMode) ", parentMode ${v.parentMode}";

  # What one declaration leaves open, another one may settle.
  differ =
    name: a: b:
    a ? ${name} && b ? ${name} && a.${name} != b.${name};
  agree =
    a: b:
    a.root == b.root
    && a.kind == b.kind
    && a.method == b.method
    && !(differ "mode" a b)
    && !(differ "parentMode" a b);
  merged =
    path: rs:
    let
      first = head rs;
      other = lib.findFirst (pair: !(agree pair.a.value pair.b.value)) null (
        concatMap (a: map (b: { inherit a b; }) rs) rs
      );
    in
    if length rs == 1 then
      first
    else if other != null then
      throw "two meanings of the persisted path `${path}'${side other.a}${side other.b}\n  Keep one of them."
    else
      first
      // {
        value = builtins.foldl' (a: b: b.value // a) { } rs // {
          declaredIn = lib.unique (concatMap (r: r.value.declaredIn) rs);
        };
      };

  byOne = mapAttrs merged byPath;
  above = path: targets.above byOne path;
  nested = filter (r: above r.path != null) (builtins.attrValues byOne);
  inner = head nested;
in
if nested == [ ] then
  byOne
else
  throw "the persisted path `${inner.path}' below another one, `${above inner.path}'${side inner}${side byOne.${above inner.path}}\n  Keep one of them: what lies in a persisted directory is persisted with it."
