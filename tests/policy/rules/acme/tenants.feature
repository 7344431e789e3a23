Feature: tenants and roles are as agreed

  Scenario: a tenant names the domains whose users it takes
    Given I have tenant defined
    Then it must contain self_provisioning_domains

  Scenario: every role is a tenant's
    Given I have role defined
    Then it must contain tenant

  Scenario: no role is called Billing
    Given I have role defined
    When it has name
    Then it must contain name
    And its value must not match the "Billing" regex
