# The configuration in a file, whatever kind it is: a module of nhmt, what
# `homeManagerConfiguration` of Home Manager gave, or what ./default.nix gave.
{
  # The file.
  configuration,
  # Home Manager's sources, when the file is a module of Home Manager; else null.
  homeManager ? null,
  ...
}@args:
let
  rest = removeAttrs args [
    "configuration"
    "homeManager"
  ];
  value = import configuration;
  isSet = builtins.isAttrs value;
in
if homeManager != null then
  import ./home-manager/plain.nix args
# Neither is a name that a module has at its top.
else if isSet && value ? activationPackage && !(value ? homeTree) then
  import ./home-manager (rest // { homeConfiguration = value; })
else if isSet && value ? homeTree && value ? override then
  value.override (
    removeAttrs rest (
      # It knows for whom it is.
      if args.overrideHomeDirectory or false then
        [ "username" ]
      else
        [
          "homeDirectory"
          "username"
        ]
    )
  )
else
  import ./default.nix (rest // { inherit configuration; })
