{ n }: "d${toString n}"
