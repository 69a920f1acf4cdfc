# What names of flakes stand for: an entry of nix.registry.
{ lib }:
let
  inherit (lib) mkOption types;
  reference = types.attrsOf (
    types.oneOf [
      types.str
      types.int
      types.bool
      types.package
    ]
  );
in
types.submodule (
  { config, name, ... }:
  {
    options = {
      from = mkOption {
        type = reference;
        example = {
          type = "indirect";
          id = "nixpkgs";
        };
        description = "The reference that stands for another; the entry's name if not set.";
      };
      to = mkOption {
        type = reference;
        example = {
          type = "github";
          owner = "NixOS";
          repo = "nixpkgs";
        };
        description = "The reference that is meant.";
      };
      flake = mkOption {
        type = types.nullOr types.attrs;
        default = null;
        example = lib.literalExpression "inputs.nixpkgs";
        description = "A flake's input, in place of {option}`to`.";
      };
      exact = mkOption {
        type = types.bool;
        default = true;
        description = "Whether a reference with a branch or a revision is another one.";
      };
    };
    config = {
      from = lib.mkDefault {
        type = "indirect";
        id = name;
      };
      to = lib.mkIf (config.flake != null) (
        {
          type = "path";
          path = config.flake.outPath;
        }
        // lib.filterAttrs (
          n: _:
          builtins.elem n [
            "lastModified"
            "narHash"
            "rev"
            "revCount"
          ]
        ) config.flake
      );
    };
  }
)
