# Directories, read while Nix evaluates.
{ lib }:
let
  inherit (builtins)
    attrNames
    filter
    listToAttrs
    match
    pathExists
    readDir
    ;
  inherit (lib.filesystem) packagesFromDirectoryRecursive pathIsDirectory pathType;

  # Older Nix has no `readFileType`; the directory above says it.
  typeInParent =
    path:
    let
      entries = readDir (dirOf path);
    in
    if toString path == "/" then
      "directory"
    else
      entries.${baseNameOf path}
      or (abort "lib.filesystem.pathType: Path ${toString path} does not exist.");
in
{
  inherit (builtins)
    baseNameOf
    dirOf
    hashFile
    isPath
    readDir
    ;
  readFileType = builtins.readFileType or typeInParent;
  pathType = lib.filesystem.readFileType;
  pathIsDirectory = path: pathExists path && pathType path == "directory";
  pathIsRegularFile = path: pathExists path && pathType path == "regular";

  listFilesRecursive =
    dir:
    builtins.concatLists (
      lib.mapAttrsToList (
        name: type:
        let
          path = dir + "/${name}";
        in
        if type == "directory" then lib.filesystem.listFilesRecursive path else [ path ]
      ) (readDir dir)
    );
  locateDominatingFile =
    pattern: file:
    let
      up =
        path:
        let
          matches = filter (m: m != null) (map (match pattern) (attrNames (readDir path)));
        in
        if matches != [ ] then
          { inherit path matches; }
        else if toString path == "/" then
          null
        else
          up (dirOf path);
      isDirectory =
        toString file == "/" || (readDir (dirOf file)).${baseNameOf file} or null == "directory";
    in
    up (if isDirectory then file else dirOf file);
  haskellPathsInDir =
    root:
    listToAttrs (
      filter (e: pathExists (e.value + "/${e.name}.cabal")) (
        map (name: lib.nameValuePair name (root + "/${name}")) (attrNames (readDir root))
      )
    );
  resolveDefaultNix =
    v:
    if pathIsDirectory v then
      v + "/default.nix"
    else if builtins.isString v && lib.hasSuffix "/" v then
      v + "default.nix"
    else
      v;

  # foo/package.nix and bar.nix become the packages foo and bar; a directory
  # without package.nix becomes a set of those in it.
  packagesFromDirectoryRecursive =
    {
      callPackage,
      newScope ? throw "lib.packagesFromDirectoryRecursive: newScope wasn't passed in args",
      directory,
    }@args:
    let
      ofDirectory =
        args:
        lib.concatMapAttrs (
          name: type:
          let
            path = args.directory + "/${name}";
          in
          if type == "directory" then
            { ${name} = packagesFromDirectoryRecursive (args // { directory = path; }); }
          else if type == "regular" && lib.hasSuffix ".nix" name then
            { ${lib.removeSuffix ".nix" name} = args.callPackage path { }; }
          else if type == "regular" then
            { }
          else
            throw "lib.filesystem.packagesFromDirectoryRecursive: Unsupported file type ${type} at path ${toString path}"
        ) (readDir args.directory);
      package = directory + "/package.nix";
    in
    if pathExists package then
      callPackage package { }
    else if args ? newScope then
      lib.recurseIntoAttrs (
        lib.makeScope newScope (self: ofDirectory (args // { inherit (self) callPackage newScope; }))
      )
    else
      ofDirectory args;
}
