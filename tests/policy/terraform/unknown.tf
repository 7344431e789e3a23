nonsense {}
