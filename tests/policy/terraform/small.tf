resource "terraform_data" "each" {
  for_each = { a = 1 }
  input    = { number = 2, list = ["x"] }
}
