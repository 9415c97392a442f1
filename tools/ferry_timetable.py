"""Source of documents/ferry-timetable-2026.pdf; `make sample-documents` writes it, always with the same bytes."""

from tools.paper import Paper

FILE_NAME = "ferry-timetable-2026.pdf"
_TITLE = "Skerry Ferries: timetable and fares 2026"


def ferry_timetable() -> bytes:
    """The document: four pages, mostly tables."""
    paper = Paper(_TITLE, pages=4)
    for page in (_sailings, _fares, _ships, _year):
        paper.add_page()
        page(paper)
    return bytes(paper.output())


def _sailings(paper: Paper) -> None:
    paper.title_line()
    paper.prose(
        """Skerry Ferries connects the harbour of Torvan with the islands of Hesk, Little Hesk and Ormsay. This
        leaflet is valid from 29 March 2026 to 27 March 2027. The company, its ships and its islands are invented;
        Pagewise ships the leaflet as something to ask questions about."""
    )
    paper.heading("1  Torvan to Hesk")
    paper.prose(
        """The crossing takes 55 minutes. Check-in for vehicles closes 20 minutes before departure, for foot
        passengers 5 minutes before."""
    )
    paper.lines(
        [
            ("Departure", "Summer, 29 Mar to 24 Oct", "Winter, 25 Oct to 27 Mar", "Ship"),
            ("06:40", "Monday to Friday", "Monday to Friday", "Fulmar"),
            ("09:15", "daily", "daily", "Fulmar"),
            ("12:30", "daily", "Saturday and Sunday", "Guillemot"),
            ("15:50", "daily", "daily", "Fulmar"),
            ("18:20", "daily", "Friday and Sunday", "Guillemot"),
            ("21:05", "Friday and Saturday", "no sailing", "Fulmar"),
        ],
        (24.0, 50.0, 50.0, 34.0),
    )
    paper.heading("2  Torvan to Ormsay")
    paper.prose(
        """The crossing takes 1 hour 40 minutes and calls at Little Hesk on request, if the captain has been told at
        check-in."""
    )
    paper.lines(
        [
            ("Departure", "Summer", "Winter", "Ship"),
            ("08:00", "daily", "Tuesday, Thursday, Saturday", "Kittiwake"),
            ("13:10", "daily except Wednesday", "Sunday", "Kittiwake"),
            ("17:45", "Thursday to Monday", "no sailing", "Kittiwake"),
        ],
        (24.0, 50.0, 50.0, 34.0),
    )
    paper.prose(
        """On 25 and 26 December and on 1 January no ship sails. Sailings are called off at a wave height of more
        than 3.5 metres; notice is given by 05:30 for the morning and by 11:00 for the afternoon."""
    )


def _fares(paper: Paper) -> None:
    paper.heading("3  Fares in pounds, one way")
    paper.lines(
        [
            ("Passenger or vehicle", "Hesk", "Little Hesk", "Ormsay"),
            ("Adult", "7.80", "9.40", "13.60"),
            ("Child, 5 to 15 years", "3.90", "4.70", "6.80"),
            ("Child under 5", "free", "free", "free"),
            ("Resident of the islands", "4.20", "4.90", "6.50"),
            ("Bicycle", "2.00", "2.00", "3.00"),
            ("Motorcycle", "11.50", "not carried", "18.90"),
            ("Car up to 5 m", "24.00", "not carried", "39.50"),
            ("Motorhome up to 8 m", "41.00", "not carried", "66.00"),
            ("Dog", "1.50", "1.50", "1.50"),
        ],
        (58.0, 32.0, 34.0, 34.0),
    )
    paper.prose(
        """The driver's ticket is not part of the vehicle's fare. A book of ten tickets costs as much as eight
        single ones and is good for two years. Groups of twelve or more travel at a reduction of 15 percent if they
        book three days ahead."""
    )
    paper.heading("4  Changing and cancelling")
    paper.lines(
        [
            ("Notice before departure", "Change", "Refund of the fare"),
            ("More than 48 hours", "free", "100 percent"),
            ("48 to 4 hours", "5.00 pounds", "60 percent"),
            ("Less than 4 hours", "not possible", "none"),
        ],
        (58.0, 46.0, 54.0),
    )
    paper.prose(
        """When the company calls a sailing off, passengers choose between the next ship with free space and the
        whole fare back. Beds and meals on land are not paid for. A ship that arrives more than 60 minutes late
        earns every passenger a voucher of half the fare; claims are sent within 28 days."""
    )
    paper.heading("5  Luggage and freight")
    paper.prose(
        """Two pieces of luggage of up to 25 kg each travel free. Parcels are taken to the islands for 6.50 pounds
        up to 10 kg and 11.00 pounds up to 30 kg. Gas bottles are carried on the 15:50 sailing only, at most two for
        each vehicle. Fuel in cans is not carried at all."""
    )


def _ships(paper: Paper) -> None:
    paper.heading("6  The ships")
    paper.lines(
        [
            ("Ship", "Built", "Length", "Passengers", "Cars", "Speed", "Lift"),
            ("Fulmar", "2011", "62 m", "310", "44", "14 knots", "yes"),
            ("Guillemot", "1988", "41 m", "180", "16", "11 knots", "no"),
            ("Kittiwake", "2019", "71 m", "355", "58", "16 knots", "yes"),
            ("Dunlin, in reserve", "1979", "33 m", "95", "8", "10 knots", "no"),
        ],
        (38.0, 16.0, 20.0, 26.0, 16.0, 24.0, 18.0),
    )
    paper.prose(
        """Every ship has a café, except for the Dunlin. Wheelchair users travel on ships with a lift; help on board
        and ashore is booked 24 hours ahead. Dogs stay on a lead and on the open deck or in the cabin marked for
        them. Wireless internet is to be had on the Kittiwake only."""
    )
    paper.heading("7  Harbours")
    paper.lines(
        [
            ("Harbour", "Car park, places", "Price a day", "Waiting room open"),
            ("Torvan", "220", "6.00 pounds", "06:00 to 21:30"),
            ("Hesk", "35", "free", "08:30 to 19:00"),
            ("Little Hesk", "none", "-", "no waiting room"),
            ("Ormsay", "60", "2.50 pounds", "07:30 to 18:00"),
        ],
        (38.0, 38.0, 36.0, 46.0),
    )
    paper.prose(
        """Cars left at Torvan for longer than 14 days need a permit from the harbour office. Lost property is kept
        at Torvan for three months. From the railway station at Torvan a bus leaves for the harbour 35 minutes
        before each departure."""
    )


def _year(paper: Paper) -> None:
    paper.heading("8  The past year in figures")
    paper.lines(
        [
            ("Route", "Passengers", "Vehicles", "Sailings", "On time", "Called off"),
            ("Hesk", "184,200", "31,450", "3,310", "94.1 %", "62"),
            ("Ormsay", "71,900", "14,880", "1,020", "91.6 %", "47"),
            ("Little Hesk, on request", "3,760", "-", "288", "88.2 %", "31"),
        ],
        (42.0, 26.0, 24.0, 22.0, 22.0, 22.0),
    )
    paper.prose(
        """A sailing is on time when the ship arrives no more than ten minutes late. Of the sailings that were
        called off, three quarters fell to the months from November to February; the longest interruption lasted
        four days in January."""
    )
    paper.lines(
        [
            ("Income and costs, thousand pounds", "2024", "2025"),
            ("Fares", "2,940", "3,185"),
            ("Freight", "410", "395"),
            ("Subsidy of the county", "1,600", "1,650"),
            ("Crew", "2,105", "2,240"),
            ("Fuel", "1,180", "1,095"),
            ("Repairs and docking", "760", "1,020"),
        ],
        (82.0, 38.0, 38.0),
    )
    paper.heading("9  Complaints")
    paper.prose(
        """Complaints are answered within ten working days. Whoever is not content with the answer may turn to the
        passengers' council, which meets on the first Monday of every second month. Of 143 complaints in the past
        year, 58 concerned delays, 41 the booking page, 24 the cafés and 20 other matters."""
    )
