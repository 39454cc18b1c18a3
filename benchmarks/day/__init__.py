"""A full day at the KPU of Temanggung, played by a script as seven people through the pages of the running product."""
