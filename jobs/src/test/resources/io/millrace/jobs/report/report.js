legend();
