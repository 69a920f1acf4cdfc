# All modules of nhmt.
{
  imports = [
    ./assertions.nix
    ./conflicts.nix
    ./files
    ./home
    ./manifest.nix
    ./packages
    ./programs/bash.nix
    ./programs/git
    ./programs/readline.nix
    ./session
    ./xdg
  ];
}
