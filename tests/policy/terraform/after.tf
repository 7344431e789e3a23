variable "password" {
  default   = "new"
  sensitive = true
}
resource "terraform_data" "kept" { input = "as it was" }
resource "terraform_data" "edited" { input = "new" }
resource "terraform_data" "adopted" {}
resource "terraform_data" "adopted_and_edited" { input = "in the stack" }
resource "terraform_data" "new_name" { input = "to be moved" }
resource "terraform_data" "each" {
  for_each = toset(["a"])
  input    = each.key
}
resource "terraform_data" "bare" {
  input      = { list = [1, terraform_data.edited.output], flag = true }
  depends_on = [terraform_data.kept]
}
resource "terraform_data" "home" {
  input            = "home"
  triggers_replace = "us"
  depends_on       = [terraform_data.kept]
}
resource "terraform_data" "robot" { input = var.password }
import {
  to = terraform_data.adopted
  id = "data-4"
}
import {
  to = terraform_data.adopted_and_edited
  id = "data-10"
}
moved {
  from = terraform_data.old
  to   = terraform_data.new_name
}
removed {
  from = terraform_data.let_go
  lifecycle { destroy = false }
}
output "text" { value = terraform_data.kept.output }
output "later" { value = terraform_data.bare.output }
output "list" { value = [terraform_data.kept.output, 1, true] }
output "nothing" { value = null }
output "both" { value = { known = terraform_data.kept.output, later = terraform_data.bare.id } }
output "described" {
  value       = "x"
  description = "What it is."
}
output "secret" {
  value     = var.password
  sensitive = true
}
check "passes" {
  assert {
    condition     = terraform_data.kept.input == "as it was"
    error_message = "never said"
  }
}
check "fails" {
  assert {
    condition     = terraform_data.kept.input == "other"
    error_message = "it is as it was"
  }
}
check "later" {
  assert {
    condition     = terraform_data.bare.id == "x"
    error_message = "nobody knows yet"
  }
}
