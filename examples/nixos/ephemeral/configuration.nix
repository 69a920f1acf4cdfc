# A home in memory. What it keeps lies on a disk, in /persist/home/alice.
{
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
  };

  fileSystems."/persist" = {
    device = "/dev/disk/by-label/persist";
    fsType = "ext4";
    neededForBoot = true;
  };

  nhmt.users.alice = {
    nhmt.ephemeral = {
      enable = true;
      size = "2G";
      root = "/persist";
    };
    home.persistence."/persist" = {
      directories = [
        ".ssh"
        ".local/share/keyrings"
        "Documents"
      ];
      files = [ ".bash_history" ];
    };
    programs.bash.enable = true;
  };
}
