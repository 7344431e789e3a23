variable "password" {
  default   = "old"
  sensitive = true
}
resource "terraform_data" "kept" { input = "as it was" }
resource "terraform_data" "edited" { input = "old" }
resource "terraform_data" "gone" { input = "to be deleted" }
resource "terraform_data" "let_go" { input = "to be forgotten" }
resource "terraform_data" "old" { input = "to be moved" }
resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key
}
resource "terraform_data" "home" {
  input            = "home"
  triggers_replace = "eu"
  depends_on       = [terraform_data.kept]
}
resource "terraform_data" "robot" { input = var.password }
output "text" { value = terraform_data.kept.output }
