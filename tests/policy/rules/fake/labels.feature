Feature: labels are as agreed

  Scenario: every label has a description
    Given I have label defined
    Then it must contain description

  Scenario: a site stays where it is
    Given I have site defined
    Then it must contain region
    And its value must match the "eu" regex
