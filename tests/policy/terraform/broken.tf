resource "terraform_data" "one" { nonsense = 1 }
resource "terraform_data" "two" { input = terraform_data.absent.id }
