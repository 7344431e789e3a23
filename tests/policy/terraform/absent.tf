data "terraform_remote_state" "absent" {
  backend = "local"
  config  = { path = "absent.tfstate" }
}
