"""What Wangge shows: Folium maps, pages, pictures."""
