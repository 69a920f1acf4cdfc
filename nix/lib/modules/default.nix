# The module system.
{ lib }:
import ./properties.nix { inherit lib; }
// import ./collect.nix { inherit lib; }
// import ./declarations.nix { inherit lib; }
// import ./merge.nix { inherit lib; }
// import ./internal.nix { inherit lib; }
// import ./eval.nix { inherit lib; }
// import ./aliases.nix { inherit lib; }
// {
  messages = import ./messages.nix { inherit lib; };
}
