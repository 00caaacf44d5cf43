"""The rules by which an article is read, as lists that a person can read and amend.

Stems match at the beginning of a word. They find what others said; nothing here is ever printed
as the program's own word.
"""

# ruff: noqa: E501 - one rule a line, so that the list can be read and amended

from __future__ import annotations

#: Kind of part, name of the rule, pattern, and whether all that follows belongs to the part too.
PARTS: tuple[tuple[str, str, str, bool], ...] = (
    ("appeal", "a message from the publisher", r"^(?:an? )?(?:important )?message from\b", True),
    ("appeal", "addressed to the readers", r"^dear (?:readers?|friends?|supporters?)\b", True),
    ("appeal", "why readers should pay", r"^(?:why we|before you go|help us|keep us|stand with us)\b", True),
    ("appeal", "asks for support", r"\b(?:support|fund|donate to|contribute to) (?:us|our (?:work|journalism|reporting))\b", False),
    ("appeal", "asks for support", r"\byour (?:support|donation|contribution|gift)\b", False),
    ("appeal", "asks for money", r"\b(?:donate|chip in|become a (?:member|supporter|patron)|from just [$€£]\d|crowdfund)", False),
    ("appeal", "offers a newsletter", r"\b(?:sign up (?:for|to)|subscribe (?:to|now|today)|our (?:free )?newsletter)\b", False),
    ("appeal", "thanks for support", r"^thank you for (?:standing|reading|your|support)", False),
    ("appeal", "dismisses the appeal", r"^(?:remind me later|not now|no,? thanks|maybe later)\.?$", False),
    ("caption", "begins like a caption", r"^(?:(?:file )?(?:photo|picture|image|illustration|video|caption|credit)s?\b\s*[:/(]|pictured[:,])", False),
    ("caption", "names an agency", r"(?:\(photo by\b|getty images|\bvia (?:AP|AFP|Reuters|Telegram|REUTERS)\)?\.?$|[/|–—-]\s*(?:AFP|AP|Reuters|REUTERS|TASS|EPA|DPA|ANSA|PA)\)?\.?$|\bfile photo\b)", False),
    ("caption", "handout", r"(?:\bhandout\b.{0,40}$|press service\s*[/|)]|^©)", False),
    ("navigation", "leads elsewhere", r"^(?:read (?:more|also|next|this)|related(?: (?:articles?|stories))?\b|see also|also read|more (?:on|about|from)\b|most read|you may also like|continue reading|full story|back to)", False),
    ("navigation", "page furniture", r"^(?:share(?: (?:this|on)\b.*)?|print|home|menu|search|advertisement|skip to .*|log ?in|sign in|follow us\b.*|comments?(?: \(\d+\))?|tags?:.*|topics?:.*|filed under.*|cookies?\b.*|all rights reserved.*|listen to this article.*|\d+ min(?:ute)?s? read)$", False),
    ("navigation", "by-line or time stamp", r"^(?:by (?:[A-Z][\w.'’-]+ ?){1,4}(?:(?:,| and) .{2,60})?|(?:updated|published|posted|last modified)\b.{0,60})$", False),
    ("navigation", "report of a mistake in the text", r"^(?:report (?:a|an) (?:typo|error|mistake)|correction policy|we use cookies)", False),
)  # fmt: skip

#: Verbs that attribute words to the one before them.
SAY = (
    "said", "says", "say", "saying", "told", "tells", "called", "calls", "described", "describes", "wrote", "writes",
    "added", "adds", "claimed", "claims", "claim", "alleged", "alleges", "allege", "warned", "warns", "insisted", "insists",
    "denied", "denies", "announced", "announces", "stated", "states", "continued", "continues", "argued", "argues",
    "reported", "reports", "report", "noted", "notes", "confirmed", "declared", "dismissed", "denounced", "condemned",
    "accused", "estimated", "estimates", "estimate", "acknowledged", "promised", "urged", "believe", "believes", "showed", "found", "rejected", "complained", "tweeted", "posted", "suggested", "indicated", "documented", "projected", "regretted", "thanked",
    "hailed", "praised", "welcomed", "recalled", "testified", "explained", "concluded", "predicted", "responded", "replied", "asked", "vowed", "pledged", "cautioned", "put", "puts",
)  # fmt: skip

#: Verbs with which somebody passes on what another said.
RELAY = ("reported", "reports", "report", "quoted", "cited", "citing", "carried")

#: What a claim is, by the stems of what is said; the first kind that matches is proposed.
KINDS: tuple[tuple[str, str], ...] = (
    ("rejection", r"(?:does|did|do|will|would|could|can) not (?:be )?recogni[sz]|refus\w+ (?:\w+ ){0,3}?to (?:recogni[sz]|accept)|not recogni[sz]\w*|never recogni[sz]|\bsham\b|\bfarce|condemn|denounc|illegitima|neither free nor fair|not (?:been )?free|reject(?:ed|s|ing)? the (?:result|outcome|vote|election|count)|dismissed the (?:result|vote|election)|charade|travesty|mockery"),
    ("allegation", r"\brigg|\bfrau|\bsteal|\bstol[en]|falsif|ballot[- ]stuff|stuffed|manipulat|irregularit|tamper|inflated|coerc\w+ (?:voters|to vote)|forced to vote|vote[- ]buying|doctored|\baltered\b|extra ballots|ballots already marked|(?:voted|voting) (?:twice|several times|more than once)|carousel|dead (?:people|voters|souls)"),
    ("recognition", r"congratulat|recogni[sz](?:e|ed|es|ing)\b|hail(?:ed|s)\b|welcomed the (?:result|outcome|re-?election)|endorsed the|(?:free|fair|transparent|legitimate),? (?:and|elections?|vote)|praised the (?:vote|election|poll|organi)|backing of the people|convincing victory|well[- ]organi[sz]ed"),
    ("condition", r"\bjail|\bexil|imprison|detain|\barrest|\bbarred|\bbanned|\bban on|disqualif|debates?\b|crackdown|sanction|curfew|state of emergency|blocked (?:access|web|internet)|internet (?:was|shut|block)|(?:no|without|not invite\w*|refused) (?:\w+ )?(?:foreign |international |independent )?observers|independent media|state media dominat|pardon|press freedom|opposition (?:candidates?|parties|leaders?) (?:were|was|have been|had been) |house arrest|(?:denied|refused|without|not given|not granted) (?:access|accreditation|entry)|internet (?:\w+ )?(?:was|were|had been) (?:cut|slowed|shut|down)|intimidat|harass|threaten|pressure on |\bexpelled|\braided|\bsilenced|\bclosed since|have been closed|revoked|confiscat|campaigned in (?:his|her|their) favou?r|unopposed|shut down|censor"),
)  # fmt: skip

#: A sentence with a percentage or a number of votes and one of these gives an official figure.
OFFICIAL = (
    r"official (?:results?|figures?|returns?|tally|count)|(?:election|electoral) (?:commission|council|authorit\w+|board|bod(?:y|ies)|officials?|court|tribunal)|"
    r"preliminary (?:results?|figures?|count)|final (?:results?|tally)|partial results|\bturnout\b|of the votes?\b|of (?:the )?ballots|ballots (?:were )?(?:cast|counted)|cast (?:their )?(?:ballots|votes)|registered voters|eligible voters|of votes cast|of those (?:voting|who voted)|\b(?:electoral |election )?commission(?:er)?s?\b|\d votes out of|votes? (?:out )?of \d"
)

#: Nouns that stand for somebody though they have no capital letter.
COLLECTIVES = (
    r"(?:human |civil |local |international |independent |foreign |domestic |election |electoral |opposition |rights |state |government |several |many |some |two |three |western |senior |critics |"
    r"pro-\w+ |citizen |party |security |polling |exit |state-run |state-owned |chinese |russian )*"
    r"(?:opposition|groups?|media|observers?|officials?|monitors?|authorities|analysts?|commission|council|police|campaigners?|activists?|residents?|witnesses|voters|critics|diplomats?|organi[sz]ations?|parties|party|office|campaign|headquarters|embassy|"
    r"agency|news agency|agencies|television|spokes(?:man|woman|person)|ministry|government|lawyers?|court|union|mission|watchdogs?|coalition|results?|figures?|polls?|candidates?|leaders?|prosecutors?|broadcaster|newspaper|experts?|services?|bureaus?|department|parliament|senate|institute|associations?|foundation|alliance|movement|pollsters?|aides?|relatives|families|spokespeople|representatives?|delegates?|members?|chair(?:man|woman|person)?|teachers?|students?|workers?|unions?|people|villagers|protesters|demonstrators|volunteers)"
)

#: Words of a subject that are not part of its name or role.
NOT_SUBJECT = (
    "also", "then", "later", "meanwhile", "however", "earlier", "yesterday", "today", "still", "repeatedly", "but", "and", "while",
    "as", "has", "have", "itself", "himself", "herself", "all", "both", "had", "who", "which", "on", "separately", "nevertheless", "instead", "publicly", "again", "immediately", "quickly", "swiftly",
)  # fmt: skip
