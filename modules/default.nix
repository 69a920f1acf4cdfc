# All modules of nhmt.
{
  imports = [
    ./activation
    ./assertions.nix
    ./conflicts.nix
    ./profile.nix
    ./files
    ./files/live.nix
    ./home
    ./manifest.nix
    ./packages
    ./persistence
    ./persistence/sync.nix
    ./programs/bash.nix
    ./programs/git
    ./programs/readline.nix
    ./session
    ./xdg
  ];
}
