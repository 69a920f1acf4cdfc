# Paths, and the relative ones below them ("subpaths": "./a/b").
{ lib }:
let
  inherit (builtins)
    all
    concatMap
    elemAt
    filter
    head
    isPath
    isString
    length
    match
    split
    typeOf
    ;
  inherit (lib.path) subpath;

  wantPath =
    name: which: p:
    lib.assertMsg (isPath p) "lib.path.${name}: ${which} is of type ${typeOf p}, but a path was expected";

  # Why a value is no subpath; null when it is one.
  fault =
    s:
    if !(isString s) then
      "The given value is of type ${typeOf s}, but a string was expected"
    else if s == "" then
      "The given string is empty"
    else if builtins.substring 0 1 s == "/" then
      "The given string \"${s}\" starts with a `/`, representing an absolute path"
    else if match "(.*/)?\\.\\.(/.*)?" s != null then
      "The given string \"${s}\" contains a `..` component, which is not allowed in subpaths"
    else
      null;
  wantSubpath =
    name: which: s:
    lib.assertMsg (
      fault s == null
    ) "lib.path.${name}: ${which} is not a valid subpath string:\n    ${fault s}";

  components = s: filter (c: isString c && c != "" && c != ".") (split "/+" s);
  relative = cs: if cs == [ ] then "./." else "./${lib.concatStringsSep "/" cs}";

  # path -> its root and the names below it
  taken =
    let
      up =
        names: p:
        if p == dirOf p then
          {
            root = p;
            inherit names;
          }
        else
          up ([ (baseNameOf p) ] ++ names) (dirOf p);
    in
    up [ ];
  sameRoot =
    name: a: b:
    lib.assertMsg ((taken a).root == (taken b).root) ''
      lib.path.${name}: Filesystem roots must be the same for both paths, but paths with different roots were given:
          first argument: "${toString a}" with root "${toString (taken a).root}"
          second argument: "${toString b}" with root "${toString (taken b).root}"'';
in
{
  append =
    p: s:
    assert wantPath "append" "The first argument" p;
    assert wantSubpath "append" "Second argument" s;
    p + ("/" + s);
  hasPrefix =
    a:
    assert wantPath "hasPrefix" "First argument" a;
    b:
    assert wantPath "hasPrefix" "Second argument" b;
    assert sameRoot "hasPrefix" a b;
    lib.lists.hasPrefix (taken a).names (taken b).names;
  removePrefix =
    a:
    assert wantPath "removePrefix" "First argument" a;
    b:
    assert wantPath "removePrefix" "Second argument" b;
    assert sameRoot "removePrefix" a b;
    assert lib.assertMsg (lib.lists.hasPrefix (taken a).names (taken b).names)
      ''lib.path.removePrefix: The first path argument "${toString a}" is not a component-wise prefix of the second path argument "${toString b}".'';
    relative (lib.drop (length (taken a).names) (taken b).names);
  splitRoot =
    p:
    assert wantPath "splitRoot" "Argument" p;
    {
      inherit (taken p) root;
      subpath = relative (taken p).names;
    };
  hasStorePathPrefix =
    p:
    let
      inherit (taken p) names;
      store = components builtins.storeDir;
      below = lib.drop (length store) names;
    in
    assert wantPath "hasStorePathPrefix" "Argument" p;
    assert lib.assertMsg (toString (taken p).root == "/")
      "lib.path.hasStorePathPrefix: Argument has a filesystem root (${toString (taken p).root}) that's not /, which is currently not supported.";
    (lib.lists.hasPrefix store names && below != [ ] && match ".{32}-.+" (head below) != null)
    # Also what is addressed by its content, as experimental Nix has it.
    || (names != [ ] && match "[0-9a-z]{52}" (head names) != null);

  subpath = {
    isValid = s: fault s == null;
    join =
      parts:
      let
        wrong = lib.lists.findFirstIndex (s: fault s != null) null parts;
      in
      if all subpath.isValid parts then
        relative (concatMap components parts)
      else
        throw "lib.path.subpath.join: Element at index ${toString wrong} is not a valid subpath string:\n    ${fault (elemAt parts wrong)}";
    components =
      s:
      assert wantSubpath "subpath.components" "Argument" s;
      components s;
    normalise =
      s:
      assert wantSubpath "subpath.normalise" "Argument" s;
      relative (components s);
  };
}
