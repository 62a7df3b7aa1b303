# Hosted interfaces between two accounts of the emulator, with unmodified resources of the AWS provider.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "stage" {
  type        = string
  description = "value of a tag of every resource that has tags"
}

provider "aws" {
  alias                   = "owner"
  region                  = "eu-west-2"
  access_key              = "210987654321"
  secret_key              = "secret"
  skip_metadata_api_check = true
  default_tags {
    tags = { stage = var.stage }
  }
  endpoints {
    directconnect = var.endpoint
    ec2           = var.endpoint
    sts           = var.endpoint
  }
}

provider "aws" {
  alias                   = "recipient"
  region                  = "eu-west-2"
  access_key              = "012345678901"
  secret_key              = "secret"
  skip_metadata_api_check = true
  default_tags {
    tags = { stage = var.stage }
  }
  endpoints {
    directconnect = var.endpoint
    ec2           = var.endpoint
    sts           = var.endpoint
  }
}

data "aws_caller_identity" "recipient" {
  provider = aws.recipient
}

data "aws_dx_locations" "all" {
  provider = aws.owner
}

# The owner's side. An interface must be destroyed before the gateway that it was accepted with, and an accepter deletes nothing: hence
# `depends_on`, as in the examples of the provider.

resource "aws_dx_connection" "line" {
  provider  = aws.owner
  name      = "line"
  bandwidth = "1Gbps"
  location  = tolist(data.aws_dx_locations.all.location_codes)[0]
}

resource "aws_dx_lag" "bundle" {
  provider              = aws.owner
  name                  = "bundle"
  connections_bandwidth = "1Gbps"
  location              = tolist(data.aws_dx_locations.all.location_codes)[0]
}

resource "aws_dx_hosted_private_virtual_interface" "to_vpc" {
  provider         = aws.owner
  connection_id    = aws_dx_connection.line.id
  owner_account_id = data.aws_caller_identity.recipient.account_id
  name             = "to-vpc"
  vlan             = 101
  address_family   = "ipv4"
  bgp_asn          = 65010
  depends_on       = [aws_vpn_gateway.of_vpc]
}

resource "aws_dx_hosted_private_virtual_interface" "to_hub" {
  provider         = aws.owner
  connection_id    = aws_dx_connection.line.id
  owner_account_id = data.aws_caller_identity.recipient.account_id
  name             = "to-hub"
  vlan             = 102
  address_family   = "ipv4"
  bgp_asn          = 65010
  bgp_auth_key     = "open-sesame"
  amazon_address   = "169.254.10.1/30"
  customer_address = "169.254.10.2/30"
  mtu              = 9001
  depends_on       = [aws_dx_gateway.hub]
}

resource "aws_dx_hosted_transit_virtual_interface" "to_transit_hub" {
  provider         = aws.owner
  connection_id    = aws_dx_connection.line.id
  owner_account_id = data.aws_caller_identity.recipient.account_id
  name             = "to-transit-hub"
  vlan             = 103
  address_family   = "ipv4"
  bgp_asn          = 65010
  mtu              = 8500
  depends_on       = [aws_dx_gateway.transit_hub]
}

# The recipient's side

resource "aws_vpc" "net" {
  provider   = aws.recipient
  cidr_block = "10.20.0.0/16"
}

resource "aws_vpn_gateway" "of_vpc" {
  provider        = aws.recipient
  vpc_id          = aws_vpc.net.id
  amazon_side_asn = "64601"
}

resource "aws_vpn_gateway" "of_hub" {
  provider = aws.recipient
}

resource "aws_dx_gateway" "hub" {
  provider        = aws.recipient
  name            = "hub"
  amazon_side_asn = "64512"
}

resource "aws_dx_gateway_association" "hub" {
  provider              = aws.recipient
  dx_gateway_id         = aws_dx_gateway.hub.id
  associated_gateway_id = aws_vpn_gateway.of_hub.id
}

resource "aws_dx_gateway" "transit_hub" {
  provider        = aws.recipient
  name            = "transit-hub"
  amazon_side_asn = "64513"
}

resource "aws_dx_hosted_private_virtual_interface_accepter" "to_vpc" {
  provider             = aws.recipient
  virtual_interface_id = aws_dx_hosted_private_virtual_interface.to_vpc.id
  vpn_gateway_id       = aws_vpn_gateway.of_vpc.id
}

resource "aws_dx_hosted_private_virtual_interface_accepter" "to_hub" {
  provider             = aws.recipient
  virtual_interface_id = aws_dx_hosted_private_virtual_interface.to_hub.id
  dx_gateway_id        = aws_dx_gateway.hub.id
}

resource "aws_dx_hosted_transit_virtual_interface_accepter" "to_transit_hub" {
  provider             = aws.recipient
  virtual_interface_id = aws_dx_hosted_transit_virtual_interface.to_transit_hub.id
  dx_gateway_id        = aws_dx_gateway.transit_hub.id
}

# A proposal of an association, made by the owner and accepted by the recipient. No hosted connection: provider 5 looks for it by its own
# ID where the API takes the ID of the connection that carries it, which a later provider corrects.

resource "aws_vpn_gateway" "of_owner" {
  provider = aws.owner
}

data "aws_caller_identity" "owner" {
  provider = aws.owner
}

resource "aws_dx_gateway_association_proposal" "offered" {
  provider                    = aws.owner
  dx_gateway_id               = aws_dx_gateway.hub.id
  dx_gateway_owner_account_id = data.aws_caller_identity.recipient.account_id
  associated_gateway_id       = aws_vpn_gateway.of_owner.id
}

resource "aws_dx_gateway_association" "offered" {
  provider                            = aws.recipient
  dx_gateway_id                       = aws_dx_gateway.hub.id
  proposal_id                         = aws_dx_gateway_association_proposal.offered.id
  associated_gateway_owner_account_id = data.aws_caller_identity.owner.account_id
}
