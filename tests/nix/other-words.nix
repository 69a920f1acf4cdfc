# A library that refuses what no option takes in words of its own, and makes
# every submodule by evalModules, as that of nixpkgs does.
(import ../../nix/lib).extend (
  _: base: {
    modules = removeAttrs base.modules [ "instance" ] // {
      prepare = _: null;
      messages = base.modules.messages // {
        unknownOption = prefix: _: unmatched: "The option `${base.showOption (prefix ++ (builtins.head unmatched).path)}' does not exist.";
      };
    };
  }
)
