"""The works that methods rest on, by key: one entry a work, in alphabetical order of the keys."""

from __future__ import annotations

from collections.abc import Mapping

CITATIONS: Mapping[str, Mapping[str, str | int]] = {
    "beber2012what": {
        "authors": "Bernd Beber and Alexandra Scacco",
        "year": 2012,
        "title": "What the numbers say: a digit-based test for election fraud",
        "venue": "Political Analysis 20(2), 211-234",
        "doi": "10.1093/pan/mps003",
    },
    "benjamini1995discovery": {
        "authors": "Yoav Benjamini and Yosef Hochberg",
        "year": 1995,
        "title": "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        "venue": "Journal of the Royal Statistical Society B 57(1), 289-300",
        "doi": "10.1111/j.2517-6161.1995.tb02031.x",
    },
    "benjamini2001dependency": {
        "authors": "Yoav Benjamini and Daniel Yekutieli",
        "year": 2001,
        "title": "The control of the false discovery rate in multiple testing under dependency",
        "venue": "Annals of Statistics 29(4), 1165-1188",
        "doi": "10.1214/aos/1013699998",
    },
    "benjamini2005coverage": {
        "authors": "Yoav Benjamini and Daniel Yekutieli",
        "year": 2005,
        "title": "False discovery rate-adjusted multiple confidence intervals for selected parameters",
        "venue": "Journal of the American Statistical Association 100(469), 71-81",
        "doi": "10.1198/016214504000001907",
    },
    "berger1982multiparameter": {
        "authors": "Roger L. Berger",
        "year": 1982,
        "title": "Multiparameter hypothesis testing and acceptance sampling",
        "venue": "Technometrics 24(4), 295-300",
        "doi": "10.2307/1267823",
    },
    "canada2000elections": {
        "authors": "Parliament of Canada",
        "year": 2000,
        "title": "Canada Elections Act, section 120 (several stations of a polling division are named A, B, C; how the list is divided is not said)",
        "venue": "Statutes of Canada 2000, chapter 9; Bill C-2, third reading",
        "url": "https://parl.ca/documentviewer/en/36-2/bill/C-2/third-reading/page-207",
    },
    "cantu2014identifying": {
        "authors": "Francisco Cantú",
        "year": 2014,
        "title": "Identifying irregularities in Mexican local elections",
        "venue": "American Journal of Political Science 58(4), 936-951",
        "doi": "10.1111/ajps.12097",
    },
    "cec2020belarus": {
        "authors": "Central Election Commission of Belarus",
        "year": 2020,
        "title": "On the results of the election of the President of the Republic of Belarus in 2020 (14 August 2020)",
        "venue": "sb.by; turnout by region: ostrovets.by, sb.by; shares by region: ria24.today",
        "url": "https://www.sb.by/articles/ob-itogakh-vyborov-prezidenta-respubliki-belarus-v-2020-godu.html",
    },
    "clopper1934confidence": {
        "authors": "Charles J. Clopper and Egon S. Pearson",
        "year": 1934,
        "title": "The use of confidence or fiducial limits illustrated in the case of the binomial",
        "venue": "Biometrika 26(4), 404-413",
        "doi": "10.1093/biomet/26.4.404",
    },
    "cne2024first": {
        "authors": "Consejo Nacional Electoral de Venezuela",
        "year": 2024,
        "title": "First bulletin of the presidential election, read by its president on 29 July 2024, 00:06",
        "venue": "Finanzas Digital; CuaimaTeam (the total of the other candidates)",
        "url": "https://finanzasdigital.com/eleccion-presidencial-venezuela-cne/",
    },
    "cne2024second": {
        "authors": "Consejo Nacional Electoral de Venezuela",
        "year": 2024,
        "title": "Second bulletin of the presidential election, read by its president on 2 August 2024",
        "venue": "Su Noticiero",
        "url": (
            " "
            "https://sunoticiero.net/sin-actas-cne-reitera-ventaja-de-maduro-en-elecciones-presidenciales-con-6-408-844-votos"
        ),
    },
    "cochran1977sampling": {
        "authors": "William G. Cochran",
        "year": 1977,
        "title": "Sampling techniques, third edition",
        "venue": "Wiley, New York",
    },
    "daniels1987tail": {
        "authors": "Henry E. Daniels",
        "year": 1987,
        "title": "Tail probability approximations",
        "venue": "International Statistical Review 55(1), 37-48",
        "doi": "10.2307/1403269",
    },
    "deckert2011benford": {
        "authors": "Joseph Deckert, Mikhail Myagkov and Peter C. Ordeshook",
        "year": 2011,
        "title": "Benford's law and the detection of election fraud",
        "venue": "Political Analysis 19(3), 245-268",
        "doi": "10.1093/pan/mpr014",
    },
    "eggers2021claims": {
        "authors": "Andrew C. Eggers, Haritz Garro and Justin Grimmer",
        "year": 2021,
        "title": "No evidence for systematic voter fraud: a guide to statistical claims about the 2020 election",
        "venue": "Proceedings of the National Academy of Sciences 118(45), e2103619118",
        "doi": "10.1073/pnas.2103619118",
    },
    "enikolopov2013field": {
        "authors": "Ruben Enikolopov, Vasily Korovkin, Maria Petrova, Konstantin Sonin and Alexei Zakharov",
        "year": 2013,
        "title": "Field experiment estimate of electoral fraud in Russian parliamentary elections",
        "venue": "Proceedings of the National Academy of Sciences 110(2), 448-452",
        "doi": "10.1073/pnas.1206770110",
    },
    "estok2002quick": {
        "authors": "Melissa Estok, Neil Nevitte and Glenn Cowan",
        "year": 2002,
        "title": "The quick count and election observation",
        "venue": "National Democratic Institute, Washington",
    },
    "fisher1932methods": {
        "authors": "Ronald A. Fisher",
        "year": 1932,
        "title": "Statistical Methods for Research Workers, fourth edition, section 21.1",
        "venue": "Oliver and Boyd, Edinburgh",
    },
    "fisher1935design": {
        "authors": "Ronald A. Fisher",
        "year": 1935,
        "title": "The design of experiments",
        "venue": "Oliver and Boyd, Edinburgh",
    },
    "getis1992analysis": {
        "authors": "Arthur Getis and J. Keith Ord",
        "year": 1992,
        "title": "The analysis of spatial association by use of distance statistics",
        "venue": "Geographical Analysis 24(3), 189-206",
        "doi": "10.1111/j.1538-4632.1992.tb00261.x",
    },
    "golos2020report": {
        "authors": "Golos, Zubr and Honest People",
        "year": 2020,
        "title": "Final report on the election of the President of Belarus",
        "venue": "belarus2020.org; station figures: github.com/demidov91/voice, commit a1ae889",
        "url": "https://github.com/demidov91/voice",
    },
    "goodman1953ecological": {
        "authors": "Leo A. Goodman",
        "year": 1953,
        "title": "Ecological regressions and behavior of individuals",
        "venue": "American Sociological Review 18(6), 663-664",
        "doi": "10.2307/2088121",
    },
    "hartigan1985dip": {
        "authors": "John A. Hartigan and Pamela M. Hartigan",
        "year": 1985,
        "title": "The dip test of unimodality",
        "venue": "Annals of Statistics 13(1), 70-84",
        "doi": "10.1214/aos/1176346577",
    },
    "hoeffding1956successes": {
        "authors": "Wassily Hoeffding",
        "year": 1956,
        "title": "On the distribution of the number of successes in independent trials",
        "venue": "Annals of Mathematical Statistics 27(3), 713-721",
        "doi": "10.1214/aoms/1177728178",
    },
    "jimenez2017testing": {
        "authors": "Raúl Jiménez, Manuel Hidalgo and Peter Klimek",
        "year": 2017,
        "title": "Testing for voter rigging in small polling stations",
        "venue": "Science Advances 3(6), e1602363",
        "doi": "10.1126/sciadv.1602363",
    },
    "klimek2012statistical": {
        "authors": "Peter Klimek, Yuri Yegorov, Rudolf Hanel and Stefan Thurner",
        "year": 2012,
        "title": "Statistical detection of systematic election irregularities",
        "venue": "Proceedings of the National Academy of Sciences 109(41), 16469-16473",
        "doi": "10.1073/pnas.1210722109",
    },
    "kobak2016integer": {
        "authors": "Dmitry Kobak, Sergey Shpilkin and Maxim S. Pshenichnikov",
        "year": 2016,
        "title": "Integer percentages as electoral falsification fingerprints",
        "venue": "Annals of Applied Statistics 10(1), 54-73",
        "doi": "10.1214/16-AOAS904",
    },
    "kobak2018putin": {
        "authors": "Dmitry Kobak, Sergey Shpilkin and Maxim S. Pshenichnikov",
        "year": 2018,
        "title": "Putin's peaks: Russian election data revisited",
        "venue": "Significance 15(3), 8-9",
        "doi": "10.1111/j.1740-9713.2018.01141.x",
    },
    "liber2021study": {
        "authors": "Liber, Golos, Zubr and Honest People",
        "year": 2021,
        "title": "Study of the 2020 presidential election by protocols and photographs of ballots",
        "venue": "motolko.help",
        "url": (
            " "
            "https://motolko.help/ru-articles/issledovanie-svetlana-tihanovskaya-na-vyborah-2020-goda-pobedila-uzhe-v-pervom-ture"
        ),
    },
    "lugannani1980saddle": {
        "authors": "Robert Lugannani and Stephen Rice",
        "year": 1980,
        "title": "Saddle point approximation for the distribution of the sum of independent random variables",
        "venue": "Advances in Applied Probability 12(2), 475-490",
        "doi": "10.2307/1426607",
    },
    "mebane2006election": {
        "authors": "Walter R. Mebane",
        "year": 2006,
        "title": "Election forensics: the second-digit Benford's law test and recent American presidential elections",
        "venue": "Election Fraud Conference, Salt Lake City",
    },
    "mexico2014lgipe": {
        "authors": "Congress of the Union of Mexico",
        "year": 2014,
        "title": "General Act on electoral institutions and procedures, article 253.3 (the list of a section is divided in alphabetical order)",
        "venue": "Diario Oficial de la Federación; juristas.mx",
        "url": "https://juristas.mx/en/laws/ley-general-de-instituciones-y-procedimientos-electorales/articulo-253",
    },
    "moran1950notes": {
        "authors": "Patrick A. P. Moran",
        "year": 1950,
        "title": "Notes on continuous stochastic phenomena",
        "venue": "Biometrika 37(1/2), 17-23",
        "doi": "10.2307/2332142",
    },
    "myagkov2009forensics": {
        "authors": "Mikhail Myagkov, Peter C. Ordeshook and Dimitri Shakin",
        "year": 2009,
        "title": "The forensics of election fraud: Russia and Ukraine",
        "venue": "Cambridge University Press",
    },
    "osce2010handbook": {
        "authors": "OSCE Office for Democratic Institutions and Human Rights",
        "year": 2010,
        "title": "Election Observation Handbook, sixth edition",
        "venue": "OSCE/ODIHR, Warsaw",
        "url": "https://www.osce.org/odihr/elections/68439",
    },
    "pearson1900criterion": {
        "authors": "Karl Pearson",
        "year": 1900,
        "title": (
            "On the criterion that a given system of deviations from the probable in the case "
            "of a correlated system of variables is such that it can be reasonably supposed to have arisen from random sampling"
        ),
        "venue": "Philosophical Magazine 50(302), 157-175",
        "doi": "10.1080/14786440009463897",
    },
    "robbins1955remark": {
        "authors": "Herbert Robbins",
        "year": 1955,
        "title": "A remark on Stirling's formula",
        "venue": "American Mathematical Monthly 62(1), 26-29",
        "doi": "10.2307/2308012",
    },
    "rozenas2017detecting": {
        "authors": "Arturas Rozenas",
        "year": 2017,
        "title": "Detecting election fraud from irregularities in vote-share distributions",
        "venue": "Political Analysis 25(1), 41-56",
        "doi": "10.1017/pan.2016.9",
    },
    "sana2014results": {
        "authors": "Syrian Arab News Agency",
        "year": 2014,
        "title": (
            "Dr. Bashar al-Assad wins post of President of Syria with sweeping majority of "
            "votes at 88.7 % (4 June 2014)"
        ),
        "venue": "sana.sy, archived",
        "url": "https://web.archive.org/web/20140606232612/http:/sana.sy/eng/393/2014/06/04/548613.htm",
    },
    "sobyanin1993elections": {
        "authors": "Alexander Sobyanin and Vladislav Sukhovolsky",
        "year": 1993,
        "title": "Elections and the referendum of 11 December 1993 in Russia",
        "venue": "Moscow",
    },
    "spain1985loreg": {
        "authors": "Cortes Generales of Spain",
        "year": 1985,
        "title": "Organic Act 5/1985 on the general electoral system, article 23.6 (tables of a section by alphabetical order; dispersed population by distance)",
        "venue": "Boletín Oficial del Estado 147, BOE-A-1985-11672, consolidated text",
        "url": "https://www.boe.es/buscar/act.php?id=BOE-A-1985-11672",
    },
    "ville1939etude": {
        "authors": "Jean Ville",
        "year": 1939,
        "title": "Étude critique de la notion de collectif",
        "venue": "Gauthier-Villars, Paris",
    },
    "vovk2021values": {
        "authors": "Vladimir Vovk and Ruodu Wang",
        "year": 2021,
        "title": "E-values: calibration, combination and applications",
        "venue": "Annals of Statistics 49(3), 1736-1754",
        "doi": "10.1214/20-AOS2020",
    },
    "wang2022false": {
        "authors": "Ruodu Wang and Aaditya Ramdas",
        "year": 2022,
        "title": "False discovery rate control with e-values",
        "venue": "Journal of the Royal Statistical Society B 84(3), 822-852",
        "doi": "10.1111/rssb.12489",
    },
    "wilson1927inference": {
        "authors": "Edwin B. Wilson",
        "year": 1927,
        "title": "Probable inference, the law of succession, and statistical inference",
        "venue": "Journal of the American Statistical Association 22(158), 209-212",
        "doi": "10.1080/01621459.1927.10502953",
    },
}
