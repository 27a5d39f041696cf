"""A country by its other names: "Tehran" and "Iranian" are said of Iran.

Enters: a question. Leaves: the mentions of countries in it, each with the other words that news
use for the same: the name, the adjective, the capital as the word for a government, and a few
seats that are always named so. Deliberately knows nothing of indexes or of what a match is worth.

The names are the short ones that English-language news use; the adjectives are those of the CIA
World Factbook ("Nationality"), the capitals those of the UN's list of member states, with Kosovo,
Palestine, Taiwan and the Vatican. A name that news also use for something else as often (a person,
a state of the USA) is left out, and the rest of its line stays: "Georgian", "Amman".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

# One country a line: every way to name it. In a question each stands for all others.
_COUNTRIES = """
Afghanistan, Afghan, Afghans, Kabul
Albania, Albanian, Albanians, Tirana
Algeria, Algerian, Algerians, Algiers
Angola, Angolan, Angolans, Luanda
Argentina, Argentine, Argentinian, Argentines, Buenos Aires
Armenia, Armenian, Armenians, Yerevan
Australia, Australian, Australians, Canberra
Austria, Austrian, Austrians, Vienna
Azerbaijan, Azerbaijani, Azerbaijanis, Baku
Bahamas, Bahamian, Bahamians, Nassau
Bahrain, Bahraini, Bahrainis, Manama
Bangladesh, Bangladeshi, Bangladeshis, Dhaka
Barbados, Barbadian, Barbadians, Bridgetown
Belarus, Belarusian, Belarusians, Minsk
Belgium, Belgian, Belgians, Brussels
Belize, Belizean, Belizeans, Belmopan
Benin, Beninese, Porto-Novo
Bhutan, Bhutanese, Thimphu
Bolivia, Bolivian, Bolivians, La Paz
Bosnia, Bosnian, Bosnians, Sarajevo
Botswana, Gaborone
Brazil, Brazilian, Brazilians, Brasilia
Brunei, Bruneian, Bruneians
Bulgaria, Bulgarian, Bulgarians, Sofia
Burkina Faso, Burkinabe, Ouagadougou
Burundi, Burundian, Burundians, Gitega
Cambodia, Cambodian, Cambodians, Phnom Penh
Cameroon, Cameroonian, Cameroonians, Yaounde
Canada, Canadian, Canadians, Ottawa
Cape Verde, Cape Verdean, Praia
Central African Republic, Bangui
Chadian, Chadians, N'Djamena
Chile, Chilean, Chileans
China, Chinese, Beijing
Colombia, Colombian, Colombians, Bogota
Comoros, Comoran, Moroni
Congo, Congolese, Kinshasa
Costa Rica, Costa Rican, Costa Ricans
Croatia, Croatian, Croatians, Zagreb
Cuba, Cuban, Cubans, Havana
Cyprus, Cypriot, Cypriots, Nicosia
Czech Republic, Czechia, Czech, Czechs, Prague
Denmark, Danish, Danes, Copenhagen
Djibouti, Djiboutian
Dominican Republic, Santo Domingo
Ecuador, Ecuadorian, Ecuadorians, Quito
Egypt, Egyptian, Egyptians, Cairo
El Salvador, Salvadoran, Salvadorans
Eritrea, Eritrean, Eritreans, Asmara
Estonia, Estonian, Estonians, Tallinn
Eswatini, Swazi, Mbabane
Ethiopia, Ethiopian, Ethiopians, Addis Ababa
Fiji, Fijian, Fijians, Suva
Finland, Finnish, Finns, Helsinki
France, French, Paris, Elysee
Gabon, Gabonese, Libreville
Gambia, Gambian, Gambians, Banjul
Georgian, Georgians, Tbilisi
Germany, German, Germans, Berlin
Ghana, Ghanaian, Ghanaians, Accra
Greece, Greek, Greeks, Athens
Guatemala, Guatemalan, Guatemalans
Guinea, Guinean, Guineans, Conakry
Guinea-Bissau, Bissau
Guyana, Guyanese
Haiti, Haitian, Haitians, Port-au-Prince
Honduras, Honduran, Hondurans, Tegucigalpa
Hungary, Hungarian, Hungarians, Budapest
Iceland, Icelandic, Icelanders, Reykjavik
India, Indian, Indians, New Delhi, Delhi
Indonesia, Indonesian, Indonesians, Jakarta
Iran, Iranian, Iranians, Tehran
Iraq, Iraqi, Iraqis, Baghdad
Ireland, Irish, Dublin
Israel, Israeli, Israelis, Tel Aviv
Italy, Italian, Italians, Rome
Ivory Coast, Ivorian, Ivorians, Yamoussoukro
Jamaica, Jamaican, Jamaicans
Japan, Japanese, Tokyo
Jordanian, Jordanians, Amman
Kazakhstan, Kazakh, Kazakhs, Astana
Kenya, Kenyan, Kenyans, Nairobi
Kosovo, Kosovar, Kosovars, Pristina
Kuwait, Kuwaiti, Kuwaitis
Kyrgyzstan, Kyrgyz, Bishkek
Laos, Laotian, Laotians, Vientiane
Latvia, Latvian, Latvians, Riga
Lebanon, Lebanese, Beirut
Lesotho, Basotho, Maseru
Liberia, Liberian, Liberians, Monrovia
Libya, Libyan, Libyans, Tripoli
Liechtenstein, Vaduz
Lithuania, Lithuanian, Lithuanians, Vilnius
Luxembourg, Luxembourgish
Madagascar, Malagasy, Antananarivo
Malawi, Malawian, Malawians, Lilongwe
Malaysia, Malaysian, Malaysians, Kuala Lumpur
Maldives, Maldivian, Maldivians
Mali, Malian, Malians, Bamako
Malta, Maltese, Valletta
Mauritania, Mauritanian, Mauritanians, Nouakchott
Mauritius, Mauritian, Mauritians, Port Louis
Mexico, Mexican, Mexicans, Mexico City
Moldova, Moldovan, Moldovans, Chisinau
Mongolia, Mongolian, Mongolians, Ulaanbaatar
Montenegro, Montenegrin, Montenegrins, Podgorica
Morocco, Moroccan, Moroccans, Rabat
Mozambique, Mozambican, Mozambicans, Maputo
Myanmar, Burma, Burmese, Naypyidaw
Namibia, Namibian, Namibians, Windhoek
Nepal, Nepali, Nepalese, Kathmandu
Netherlands, Dutch, The Hague
New Zealand, New Zealanders
Nicaragua, Nicaraguan, Nicaraguans, Managua
Niger, Nigerien, Nigeriens, Niamey
Nigeria, Nigerian, Nigerians, Abuja
North Korea, North Korean, North Koreans, DPRK, Pyongyang
North Macedonia, Macedonian, Macedonians, Skopje
Norway, Norwegian, Norwegians, Oslo
Oman, Omani, Omanis, Muscat
Pakistan, Pakistani, Pakistanis, Islamabad
Palestine, Palestinian, Palestinians, Ramallah
Panamanian, Panamanians, Panama
Papua New Guinea, Papua New Guinean, Port Moresby
Paraguay, Paraguayan, Paraguayans, Asuncion
Peru, Peruvian, Peruvians, Lima
Philippines, Philippine, Filipino, Filipinos, Manila
Poland, Polish, Poles, Warsaw
Portugal, Portuguese, Lisbon
Qatar, Qatari, Qataris, Doha
Romania, Romanian, Romanians, Bucharest
Russia, Russian, Russians, Moscow, Kremlin
Rwanda, Rwandan, Rwandans, Kigali
Samoa, Samoan, Samoans, Apia
Saudi Arabia, Saudi, Saudis, Riyadh
Senegal, Senegalese, Dakar
Serbia, Serbian, Serbians, Serbs, Belgrade
Sierra Leone, Sierra Leonean, Freetown
Singapore, Singaporean, Singaporeans
Slovakia, Slovak, Slovaks, Bratislava
Slovenia, Slovenian, Slovenians, Ljubljana
Solomon Islands, Honiara
Somalia, Somali, Somalis, Mogadishu
South Africa, South African, South Africans, Pretoria
South Korea, South Korean, South Koreans, Seoul
South Sudan, South Sudanese, Juba
Spain, Spanish, Spaniards, Madrid
Sri Lanka, Sri Lankan, Sri Lankans, Colombo
Sudan, Sudanese, Khartoum
Suriname, Surinamese, Paramaribo
Sweden, Swedish, Swedes, Stockholm
Switzerland, Swiss, Bern
Syria, Syrian, Syrians, Damascus
Taiwan, Taiwanese, Taipei
Tajikistan, Tajik, Tajiks, Dushanbe
Tanzania, Tanzanian, Tanzanians, Dodoma
Thailand, Thai, Thais, Bangkok
Togo, Togolese, Lome
Tonga, Tongan, Tongans
Trinidad and Tobago, Trinidadian, Port of Spain
Tunisia, Tunisian, Tunisians, Tunis
Turkey, Turkiye, Turkish, Turks, Ankara
Turkmenistan, Turkmen, Ashgabat
Uganda, Ugandan, Ugandans, Kampala
Ukraine, Ukrainian, Ukrainians, Kyiv, Kiev
United Arab Emirates, UAE, Emirati, Emiratis, Abu Dhabi
United Kingdom, UK, Britain, British, Britons, London, Downing Street, Whitehall
United States, US, USA, America, American, Americans, Washington, White House
Uruguay, Uruguayan, Uruguayans, Montevideo
Uzbekistan, Uzbek, Uzbeks, Tashkent
Vanuatu, Port Vila
Vatican, Holy See
Venezuela, Venezuelan, Venezuelans, Caracas
Vietnam, Vietnamese, Hanoi
Yemen, Yemeni, Yemenis, Sanaa
Zambia, Zambian, Zambians, Lusaka
Zimbabwe, Zimbabwean, Zimbabweans, Harare
"""


@dataclass(frozen=True, slots=True)
class Mention:
    """A country as a text names it, and its other names."""

    words: str
    others: tuple[str, ...]


def mentions(text: str) -> list[Mention]:
    """The countries named in a text, in order; only with capitals, as names are written.

    Accents may be there or not: "Bogotá", "Bogota".
    """
    names, pattern = _names()
    # Letter for letter, so that the words can be taken from the text itself.
    plain = "".join(unicodedata.normalize("NFD", c)[0] for c in text)
    return [
        Mention(
            text[found.start() : found.end()],
            tuple(name for name in names[found[0]] if name != found[0]),
        )
        for found in pattern.finditer(plain)
    ]


@cache
def _names() -> tuple[Mapping[str, tuple[str, ...]], re.Pattern[str]]:
    names: dict[str, tuple[str, ...]] = {}
    for line in _COUNTRIES.strip().splitlines():
        same = tuple(name.strip() for name in line.split(","))
        names |= dict.fromkeys(same, same)
    longest = sorted(names, key=len, reverse=True)
    return names, re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")
