# What outlives the home, when that is thrown away: it lies in /persist.
{ ... }:
{
  home.persistence."/persist" = {
    directories = [
      "Documents"
      {
        directory = ".ssh";
        mode = "0700";
      }
    ];
    files = [ ".bash_history" ];
  };
}
