# A NixOS in a virtual machine: two homes, one of them in memory, through a
# start, a switch and a way back.
#   nix build .#checks.x86_64-linux.nixos -L
{
  pkgs,
  # nhmt's module for NixOS, with its package.
  module,
}:
pkgs.testers.runNixOSTest {
  name = "nhmt";

  nodes.machine =
    { lib, ... }:
    {
      imports = [ module ];

      # The disk that outlives the home.
      virtualisation.emptyDiskImages = [ 256 ];
      virtualisation.fileSystems."/persist" = {
        device = "/dev/vdb";
        fsType = "ext4";
        autoFormat = true;
      };
      # The tests' machines take their filesystems from there.
      virtualisation.fileSystems."/home/alice" = {
        device = "tmpfs";
        fsType = "tmpfs";
        options = [
          "size=64M"
          "mode=0700"
          "uid=1000"
          "gid=100"
        ];
      };

      users.users = {
        alice = {
          isNormalUser = true;
          uid = 1000;
          password = "alice";
        };
        bob = {
          isNormalUser = true;
          uid = 1001;
          password = "bob";
        };
      };

      nhmt.users.alice = {
        nhmt.ephemeral.enable = true;
        home.persistence."/persist" = {
          directories = [ ".ssh" ];
          files = [ ".history" ];
        };
        home.file.greeting.text = lib.mkDefault "first\n";
        systemd.user.services.hello = {
          Unit.Description = "Says hello";
          Service.Type = "oneshot";
          Service.RemainAfterExit = true;
          Service.ExecStart = "${pkgs.coreutils}/bin/true";
          Install.WantedBy = [ "default.target" ];
        };
      };
      nhmt.users.bob = {
        nhmt.activation = "login";
        home.file.greeting.text = "bob\n";
      };

      specialisation.second.configuration.nhmt.users.alice.home.file.greeting.text = "second\n";
    };

  testScript = ''
    def as_user(name, command):
        return machine.succeed(f"su -l {name} -c '{command}'")

    machine.wait_for_unit("multi-user.target")

    with subtest("a home in memory is there before anybody logs in"):
        machine.succeed("systemctl is-active nhmt-alice.service")
        assert as_user("alice", "cat greeting") == "first\n"
        machine.succeed("findmnt -t tmpfs /home/alice")
        machine.succeed("findmnt /home/alice/.ssh")
        assert machine.succeed("find /home/alice /persist/home/alice -xdev ! -user alice") == ""
        machine.succeed("test $(stat -c %a /persist/home/alice/.ssh) = 700")

    with subtest("a home of a login is not"):
        machine.fail("systemctl is-active nhmt-bob.service")
        machine.fail("test -e /home/bob/greeting")

    with subtest("it comes with the login, and so do units"):
        machine.wait_until_tty_matches("1", "login: ")
        machine.send_chars("bob\n")
        machine.wait_until_tty_matches("1", "Password: ")
        machine.send_chars("bob\n")
        machine.wait_for_file("/home/bob/greeting")
        machine.succeed("systemctl is-active nhmt-bob.service")
        machine.succeed("loginctl enable-linger alice")
        machine.wait_for_unit("hello.service", "alice")

    with subtest("the home follows the system, and goes back with it"):
        machine.succeed("/run/booted-system/specialisation/second/bin/switch-to-configuration test")
        assert as_user("alice", "cat greeting") == "second\n"
        machine.succeed("/run/booted-system/bin/switch-to-configuration test")
        assert as_user("alice", "cat greeting") == "first\n"
        status, said = machine.execute("su -l alice -c 'nhmt rollback' 2>&1")
        assert status == 1 and "nixos-rebuild switch --rollback" in said, said

    with subtest("what is kept outlives a start, and nothing else does"):
        as_user("alice", "echo key >.ssh/key; echo line >.history; echo lost >lost")
        machine.shutdown()
        machine.start()
        machine.wait_for_unit("multi-user.target")
        assert as_user("alice", "cat .ssh/key .history greeting") == "key\nline\nfirst\n"
        machine.fail("test -e /home/alice/lost")
  '';
}
