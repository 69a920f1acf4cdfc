# Managed files beside persisted paths.
{ lib, nhmtLib }:
# entries of files, persisted paths by their place -> null, or what is wrong
{ files, routes }:
let
  inherit (builtins)
    attrNames
    attrValues
    elem
    filter
    groupBy
    head
    ;
  inherit (nhmtLib.targets) above;

  byTarget = lib.mapAttrs (_: head) (groupBy (e: e.name) files);
  expands =
    f:
    f.recursive or false
    || (
      f ? source
      && elem (f.method or "link") [
        "copy"
        "seed"
      ]
    );

  file = e: "\n  - ${e.full} at ${e.shown}";
  route = r: "\n  - ${r.option} at ${r.shown} (a ${r.value.kind} in ${r.value.root})";

  same = filter (path: byTarget ? ${path}) (attrNames routes);
  # The nearest managed place above, unless other things may lie in that.
  covered =
    path:
    let
      at = above byTarget path;
    in
    if at == null || !(expands byTarget.${at}.value) then at else covered at;
  below = filter (path: covered path != null) (attrNames routes);

  # The directories of files are fewer than the files.
  within =
    dir:
    if dir == "." then
      null
    else if routes ? ${dir} then
      dir
    else
      above routes dir;
  inside = lib.concatMap (
    dir:
    let
      at = within dir;
    in
    if at == null then
      [ ]
    else
      map (e: {
        inherit e;
        r = routes.${at};
      }) byDirectory.${dir}
  ) (attrNames byDirectory);
  byDirectory = groupBy (e: dirOf e.name) files;
  wrong = filter (
    i:
    i.r.value.kind == "file"
    || elem (i.e.value.method or "link") [
      "copy"
      "merge"
      "block"
      "seed"
    ]
  ) inside;
in
if routes == { } then
  null
else if same != [ ] then
  "a managed file at the persisted path `${head same}'${file byTarget.${head same}}${route routes.${head same}}\n  Keep one of the two."
else if below != [ ] then
  "the persisted path `${head below}' below `${covered (head below)}', which is managed as one file or link${
    file byTarget.${covered (head below)}
  }${route routes.${head below}}\n  Set `recursive' on the source, or drop one of the two."
else if wrong != [ ] then
  let
    i = head wrong;
  in
  "the managed file `${i.e.name}' below the persisted path `${i.r.path}'${file i.e}${route i.r}\n  ${
    if i.r.value.kind == "file" then
      "Nothing can lie below a file. Persist a directory, or drop one of the two."
    else
      "The method ${i.e.value.method} does not reach there: only links can be managed below a persisted directory."
  }"
else
  null
