{ n }: "a${toString n}"
