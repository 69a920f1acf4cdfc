{ n }: "b${toString n}"
