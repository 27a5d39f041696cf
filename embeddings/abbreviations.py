"""The words the sentence splitter needs to know: closed lists, no logic.

Enters: nothing. Leaves: what a full stop after a word may mean, and which words open a sentence.
Case matters: "Mass." is a state and "mass." is a word at the end of a sentence.
"""

from __future__ import annotations

from typing import Literal


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


Kind = Literal["never", "number", "starter"]
"""When a full stop after the abbreviation is no sentence end.

``never``: it never is one, a name follows ("Gen. Milley"). ``number``: only before a number
("No. 3"; but "No. That is wrong."). ``starter``: unless a word follows that opens sentences
("in the U.S. The president", but "U.S. President").
"""

_NEVER = """
Mr Mrs Ms Mx Messrs Dr Drs Prof Profs Gen Gens Col Lt Maj Capt Cpt Cdr Cmdr Adm Sgt Cpl Pvt Brig Pte
Sen Sens Rep Reps Gov Govs Pres Rev Revs Hon Supt Insp Det Atty Amb Mme Mlle Mgr Msgr Sra Hr Fr
Mt Ft vs viz cf eg ie v e.g i.e Asst Assoc Dist Treas Spc Ald Dep
"""
_NUMBER = """
No Nos no nos Nr nr Fig Figs fig figs Sec Secs sec secs Vol Vols vol vols pp
approx Approx ca Rs ext Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mon Tue Tues Wed Thu Thur
Thurs Fri Eq eq Tel tel est Est cc
"""
_STARTER = """
Inc Ltd Co Corp Cos Bros Assn Dept dept Univ univ Jr Sr Esq etc al Ave Blvd St Ste Rd Hwy Bldg
Intl Natl Govt Mfg Pty plc Plc LLC Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md
Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que incl
min max avg misc Ph ft oz lb lbs ed
"""
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("never", _NEVER),
    ("number", _NUMBER),
    ("starter", _STARTER),
)
ABBREVIATIONS: dict[str, Kind] = {word: kind for kind, words in _KINDS for word in words.split()}

STARTERS = _words(
    """
    The A An He She It They We You I But And In On At This That These Those There Here When While If
    As After Before Since However Meanwhile According Also Although Though For From His Her Its
    Their Our My Your So Some Many What Who Why How Where Whether Which With Without Then Now Not No
    Both Each Every Even Still Yet Until Because By To Or Nor Another Others Such Through Despite
    During Earlier Later Instead Once Only Several Among Amid Asked Ahead Today Yesterday Tomorrow
    Nobody Everyone Someone Let Like More Nearly Perhaps Maybe Recently Indeed Moreover Furthermore
    Additionally Thus Therefore Hence Just Unlike Between Against About Below Officials Critics
    Experts Analysts People Scientists Researchers Investigators Authorities Nevertheless Finally
    Currently Previously Eventually Ultimately Unfortunately Fortunately Given Rather Across
    Following Speaking Asking Using Two Three Four Five Six Seven Eight Nine Ten
    """
)
"""Words that open an English sentence and hardly ever a name."""

FUNCTION_WORDS = _words(
    """
    the a an of to in on at by for with from and or but nor as that which who whose is are was were
    be been has have had will would can could may might must should not their his her its our your
    my this these those than into over under between about after before
    """
)
"""A line that ends in one of these goes on in the next."""

CLOCK_FOLLOWERS = _words(
    """
    ET EST EDT CT CST CDT MT MST MDT PT PST PDT GMT UTC BST CET CEST IST JST AEST AEDT HKT WIB
    Eastern Pacific Central Mountain Greenwich London Local Beijing Moscow Kyiv Paris Tokyo
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays
    Arizona Mon Tue Tues Wed Thu Thurs Fri Sat Sun
    January February March April May June July August September October November December
    Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec
    """
)
"""What may follow "5 p.m." inside a sentence."""

NAMES_WITH_MARK = _words("Yahoo Jeopardy Kahoot Yum Jeb Wham")
"""Names that carry their own exclamation mark."""

SUFFIXES = _words(
    """
    com org net edu gov info biz html htm php asp aspx js ts py pdf txt doc docx xls xlsx csv json
    xml md jpg jpeg png gif mp3 mp4 zip exe
    """
)
"""The last part of addresses and file names, however it is capitalised."""

SPEECH = _words(
    """
said says asked asks added adds replied replies wrote writes told tells stated states continued
explained explains exclaimed shouted cried wondered wonders tweeted posted quipped joked remarked
declared announced insisted argued recalled responded mused yelled demanded queried warned noted
concluded observed commented laughed
    """
)
"""Verbs that attribute a quotation."""
