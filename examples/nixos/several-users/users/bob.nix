{
  users.users.bob = {
    isNormalUser = true;
    uid = 1001;
    description = "Bob";
    # Encrypted, and unlocked by the login.
    home = "/vault/bob";
  };

  nhmt.users.bob = {
    nhmt.activation = "login";
    programs.bash.enable = true;
  };
}
