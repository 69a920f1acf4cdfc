{
  home.username = "alice";
  home.homeDirectory = "/home/alice";
  assertions = [
    {
      assertion = true;
      message = "this one holds";
    }
    {
      assertion = false;
      message = "the first fault";
    }
    {
      assertion = false;
      message = "the second fault";
    }
  ];
}
