"""What each code of an error means, and what to do about it: `dstate explain E1106` tells it.

The place and the particulars stand in the message; here is what is the same each time.
"""

from descope_state.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One code: what it says in a few words, why it is so, and the way out."""

    title: str
    why: str
    way: str


def _entry(title: str, why: str, way: str) -> Meaning:
    return Meaning(title=title, why=why, way=way)


GENERAL = {
    "E0001": _entry(
        "dstate could not do it",
        "Something outside the stack was in the way: a file, a provider, the machine.",
        "The message names it. --debug adds a traceback where you suspect dstate itself.",
    ),
    "E1000": _entry(
        "the stack has problems",
        "All of them are told at once, each with a code, a place and a way out of its own.",
        "Mend them from the top; `dstate validate` tells what is left, without asking anybody.",
    ),
    "E1300": _entry(
        "interrupted twice",
        "The first Ctrl-C lets calls in flight end; the second does not wait for them.",
        "Nothing is lost: `dstate resume` finds out what became of the calls that were cut off.",
    ),
    "E2010": _entry(
        "something is not brought along by a promotion",
        "Secrets cannot be read from a project, and what dstate does not manage it does not copy.",
        "The plan stands without it. Do what the hint says, then plan the promotion again.",
    ),
    "E2000": _entry(
        "one change of an apply was not made",
        "It failed, waited for one that failed, or was left out; the others went on.",
        "Mend what the message names and plan again: what was done is not done twice.",
    ),
    "E3000": _entry(
        "the plan is stale",
        "A plan is carried out as it was reviewed or not at all, and the state, the project, the"
        " file or a secret is no longer what it was made from.",
        "Make it again with `dstate plan -out FILE`, and read it again.",
    ),
    "E4000": _entry(
        "the state cannot be trusted",
        "Its checksum does not fit, or it contradicts itself; it is never started afresh.",
        "`dstate state rollback` puts the newest good copy back; what you edited by hand is"
        " accepted by `dstate state repair --accept`.",
    ),
    "E4010": _entry(
        "the journal cannot be trusted",
        "An interrupted run left a journal of another state, or one that is damaged in its middle.",
        "The message says what of it can be used. `dstate resume` settles the rest.",
    ),
    "E4100": _entry(
        "a file is not where, whose or what it must be",
        "State, plans and trails are read and written through no link, in no folder that others may"
        " write to; a full or failing disk ends here as well.",
        "Set its owner, its mode or the disk right, and say the command again: nothing was"
        " half-written.",
    ),
    "E5000": _entry(
        "refused",
        "A guard, a check or a policy says no, or there was nobody to ask.",
        "The message names the rule; what may be lifted is lifted with `--override`, which is"
        " written into the audit trail.",
    ),
    "E6000": _entry(
        "somebody else holds the state",
        "There is one writer at a time. The lock is the kernel's, so it ends with its process.",
        "Wait with `-lock-timeout 60s`, or look at the process that the message names.",
    ),
    "E6400": _entry(
        "wrong usage",
        "The command line names an option, an environment, an address or a file that is not there.",
        "The nearest right one is named; `--help` of the command lists them all.",
    ),
    "E7000": _entry(
        "credentials, project or licence",
        "They are missing, refused, of another project, or of a plan that does not allow it.",
        "The message names the variables to set. Those of one environment never serve another.",
    ),
    "E8000": _entry(
        "the service did not answer",
        "Nothing is known, which is not the same as no change.",
        "Run it again when the service can be reached; nothing has to be undone.",
    ),
}

YAML = {
    "E1101": _entry(
        "this is not YAML",
        "The file cannot be read beyond the place that is shown.",
        "Often a quote, a bracket or the indentation of the line before.",
    ),
    "E1102": _entry(
        "a file cannot be read, or is too large",
        "Stacks are small: there are bounds to the size and number of files, and only ordinary"
        " files inside the stack are read.",
        "Split it, or put it inside the stack.",
    ),
    "E1103": _entry("not UTF-8", "The file holds bytes that are no text.", "Save it as UTF-8."),
    "E1104": _entry(
        "a control character",
        "It is invisible, and YAML does not allow it.",
        "Remove it, or write it as an escape between double quotes.",
    ),
    "E1105": _entry(
        "a tab", "YAML is indented with spaces.", "`dstate fmt` cannot guess: replace it."
    ),
    "E1106": _entry(
        "a key stands twice",
        "One of the two would be lost without a word. Two spellings of one letter are the same.",
        "Remove or rename one of them.",
    ),
    "E1107": _entry("a key is not text", "Keys are names.", "Put it into quotes."),
    "E1108": _entry(
        "an alias inside its own value", "Such a value has no end.", "Write the value out."
    ),
    "E1109": _entry(
        "aliases grow too large",
        "A few lines of aliases can stand for millions of values.",
        "Write the values out, or keep them in variables or `locals`.",
    ),
    "E1110": _entry(
        "an anchor is missing or set twice",
        "It would not be clear which value is meant.",
        "Set it once, before it is used.",
    ),
    "E1111": _entry(
        "a tag",
        "Tags make programs build objects; a stack is plain data.",
        "Remove it. Text goes into quotes, secrets into `${secret('…')}`.",
    ),
    "E1112": _entry(
        "a directive",
        "`%YAML 1.1` would turn NO into false.",
        "Remove the line: files are YAML 1.2.",
    ),
    "E1113": _entry(
        "a second document", "One file is one document.", "Put it into a file of its own."
    ),
    "E1114": _entry("nested too deep", "Nobody means this.", "Flatten it."),
    "E1115": _entry(
        "a merge key", "`<<` is no part of YAML 1.2.", "Write the fields out, or use `locals`."
    ),
    "E1116": _entry(
        "a number that cannot be kept exactly",
        "It is too large, not finite, or begins with a zero, which other programs read as octal.",
        "Put it into quotes if it is text.",
    ),
    "E1117": _entry(
        "the layout would change a value",
        "`dstate fmt` reads back what it wrote, and found another meaning.",
        "The file is as it was. Please report it with the lines that are shown.",
    ),
    "E1118": _entry(
        "an invisible character",
        "It makes two names look the same, or text read backwards.",
        "Remove it, or write it as an escape between double quotes.",
    ),
    "E1119": _entry(
        "a value that YAML cannot spell",
        "It would not be read back as what it was, so nothing was written.",
        "Give the object a plainer name, or write its block by hand.",
    ),
    "E1120": _entry(
        "what would be written is not what there is",
        "Whatever is brought in is held against the project first, and a field differed.",
        "The message names it. Nothing was written; please report it with the field.",
    ),
}

SETTINGS = {
    "E1201": _entry(
        "an unknown field", "It would be ignored, and you would not know.", "The nearest is named."
    ),
    "E1202": _entry(
        "a value of the wrong sort",
        "The field takes something else.",
        "`dstate schema` describes every field; an editor shows it while you type.",
    ),
    "E1203": _entry("something is missing", "The field has no default.", "Add it."),
    "E1204": _entry(
        "not a name",
        "Names stand in expressions: `[a-z_][a-z0-9_]*`, and not in, true, false or null.",
        "Rename it; a name for people goes into a field.",
    ),
    "E1205": _entry(
        "two blocks of one name",
        "Files are one stack, wherever the blocks stand.",
        "Remove or rename one of the two.",
    ),
    "E1206": _entry(
        "an unknown variable",
        "Nothing declares it.",
        "Declare it under `variables` in dstate.yaml.",
    ),
    "E1207": _entry(
        "a variable has no value",
        "It has no default, and neither files nor the command line give one.",
        "Set it in `environments.<env>.vars`, `vars/<env>.yaml`, DSTATE_VAR_<name> or with -var.",
    ),
    "E1208": _entry(
        "a variable's value is of another type",
        "Its declaration says what it is to be.",
        "Correct the value or the `type`.",
    ),
    "E1210": _entry(
        "names that look alike",
        "Two names, or a name and its neighbour, differ in letters that look the same.",
        "Retype the one you did not mean.",
    ),
    "E1211": _entry(
        "`.env` cannot be used",
        "It holds secrets, so git must not track it, and each line is NAME=value.",
        "`git rm --cached .env` and a line in .gitignore; then change the secrets it held.",
    ),
    "E1260": _entry(
        "a secret cannot be read",
        "Its source (env:, file: or keychain:) has no value here.",
        "Set it where dstate runs. The value is never shown.",
    ),
}

RESOURCES = {
    "E1301": _entry(
        "an unknown kind", "No installed provider manages it.", "`dstate explain` lists the kinds."
    ),
    "E1302": _entry(
        "`depends_on` is no list of addresses",
        "It takes `[kind.name, …]`.",
        "Most of the time a reference in a field says the same, and better.",
    ),
    "E1303": _entry(
        "not an address", 'An address is `kind.name` or `kind.name["key"]`.', "Correct it."
    ),
    "E1304": _entry("`lifecycle` is no mapping", "It holds fields.", "Write `lifecycle: {…}`."),
    "E1305": _entry(
        "an unknown field of `lifecycle`",
        "There are prevent_destroy, ignore_changes, create_before_destroy, replace_triggered_by.",
        "Correct its name.",
    ),
    "E1306": _entry(
        "`create_before_destroy` cannot work here",
        "The old object keeps its natural key until it is gone, and the service takes it once.",
        "Leave it out: the object is deleted first, and then made.",
    ),
    "E1307": _entry("neither true nor false", "The field is a switch.", "Write true or false."),
    "E1308": _entry("no list of texts", "The field takes `[a, b]`.", "Write a list."),
    "E1309": _entry(
        "a field that the kind does not have",
        "There is nothing to ignore or to watch.",
        "`dstate explain KIND` lists its fields.",
    ),
    "E1310": _entry(
        "a reference to what is not there",
        "The stack has no such resource in this environment.",
        "Correct the name, or look whether `when` or `exclude` takes it away.",
    ),
    "E1311": _entry(
        "a cycle",
        "Each needs the next, and the last the first, so that none can be made.",
        "Remove one of the references; each is shown with its line.",
    ),
    "E1312": _entry(
        "an environment excludes what is not there",
        "It excludes nothing, which is not what was meant.",
        "Correct the address.",
    ),
    "E1313": _entry(
        "a whole resource where a value belongs",
        "A resource is not a value.",
        "Pick one of its fields: `${role.analyst.id}`.",
    ),
    "E1314": _entry(
        "a provider that does not manage the kind", "Each kind has one.", "Remove `provider`."
    ),
    "E1320": _entry(
        "not known when planning",
        "`for_each` and `when` decide what there is, so a plan must know them.",
        "Use variables or stated fields in them, no ids that the service makes.",
    ),
    "E1321": _entry(
        "`for_each` or `when` comes to the wrong thing",
        "`for_each` takes a map or a list of texts that differ, `when` true or false.",
        "Correct the expression.",
    ),
    "E1340": _entry(
        "a field does not hold",
        "The service would refuse it, so the plan does.",
        "`dstate explain KIND.FIELD` says what it takes.",
    ),
    "E1341": _entry(
        "two resources are one object",
        "They have the same natural key, and each would undo the other.",
        "Give one of them another name, or remove it.",
    ),
    "E1343": _entry(
        "a name that nobody has",
        "A field names an object that is neither in the stack nor in the project, or that is made"
        " only later; or a change would take a name away that the stack still mentions. The row is"
        " blocked, and the rest of the plan stands.",
        "Correct the name, or make the object first; where a name goes away, take out the mention.",
    ),
    "E1350": _entry(
        "an entry that cannot be",
        "An entry of `moved`, `removed`, `imports`, `outputs` or `checks` names what is not there.",
        "Correct the address.",
    ),
    "E1351": _entry("an output would show a secret", "Outputs are printed.", "Remove it."),
    "E1352": _entry(
        "a check is neither true nor false", "It must come to one of them.", "Compare something."
    ),
    "E1361": _entry(
        "a move onto an address that is taken",
        "The state holds another object there.",
        "The message says how to let go of one of the two.",
    ),
    "E1362": _entry(
        "an import of what is managed already",
        "One object has one address.",
        "Correct the id, or move the address.",
    ),
    "E1399": _entry(
        "too many problems", "Nobody reads more than a few hundred.", "Mend those that are shown."
    ),
}

EXPRESSIONS = {
    "E1401": _entry(
        "an expression that cannot be read",
        "`${…}` holds CEL.",
        "The column is shown. A `${` that is text is written `$${`.",
    ),
    "E1402": _entry(
        "an unknown name",
        "Expressions begin with vars, environment, each, locals, a kind, or a function.",
        "Correct it; `var` is `vars`.",
    ),
    "E1403": _entry(
        "a field that is not there", "The value has no such field or key.", "The nearest is named."
    ),
    "E1404": _entry(
        "an expression fails",
        "It is well written, and what it is applied to does not fit.",
        "Look at the values: `dstate why ADDRESS` shows where they come from.",
    ),
    "E1405": _entry(
        "text with a hole that is no text",
        "Lists, maps and null cannot stand inside text.",
        "Make it the whole value, or pick a part of it.",
    ),
    "E1406": _entry(
        "a secret in the wrong place",
        "`${secret('…')}` must be the whole value of a field that takes a secret.",
        "Take it out of the text, or out of the field that is shown to everybody.",
    ),
    "E1407": _entry(
        "too much",
        "An expression is nested too deep, takes too many steps, or makes too much.",
        "Simplify it, or prepare the values in `locals`.",
    ),
    "E1408": _entry(
        "a file or variable cannot be read",
        "`file()`, `json()`, `yaml()` and `env()` read inside the stack and its environment alone.",
        "Put the file inside the stack, or set the variable.",
    ),
}

MEANINGS = {**GENERAL, **YAML, **SETTINGS, **RESOURCES, **EXPRESSIONS}
"""Every code that dstate can print."""
